import { listIn, objectIn, toolResultIn } from './answers.js';
import { EndpointClient } from './bound.js';
import type { CallOptions, ListOptions } from './call-options.js';
import {
  callback,
  check,
  checkOptions,
  checkRequired,
  deadline,
  object,
  signal,
  text,
} from './check.js';
import { type McpClientOptions, resolveOptions, type Settings } from './client-options.js';
import { type Endpoint, resolveEndpoint } from './endpoint.js';
import { ToolError } from './errors.js';
import { type Listening, type ListeningOptions, listen, type Opening } from './listening.js';
import type { JsonObject, SessionInfo, SubscriptionFilter } from './ports.js';
import { closedError, Requests } from './requests.js';
import type {
  CallToolResult,
  CompleteParams,
  CompleteResult,
  GetPromptResult,
  ListPromptsResult,
  ListResourcesResult,
  ListResourceTemplatesResult,
  ListToolsResult,
  Prompt,
  ReadResourceResult,
  Resource,
  ResourceTemplate,
  Tool,
} from './results.js';

// Node 20.0 to 20.4 have no such symbol.
const asyncDispose: typeof Symbol.asyncDispose =
  Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose');

/**
 * Calls MCP servers by endpoint. It holds no connections: `sessions` does.
 *
 * @throws ConfigError if an option is wrong or unknown
 */
export class McpClient<Stats = unknown> {
  readonly #settings: Settings<Stats>;
  readonly #requests: Requests;
  readonly #listenings = new Set<Opening>();

  constructor(options: McpClientOptions<Stats>) {
    this.#settings = resolveOptions(options);
    this.#requests = new Requests(this.#settings);
  }

  /**
   * Calls a tool. A result with `isError` is a result, unless `throwOnToolError`.
   *
   * @throws OutcomeUnknownError if the connection was lost and the tool must not run twice
   * @throws ToolError if the tool failed, with `throwOnToolError`
   * @throws ProtocolError if the server answered with an error, or with no tool result
   * @throws TimeoutError if a deadline passed; the reason of `signal`, if that aborted
   */
  async callTool(
    endpoint: Endpoint,
    name: string,
    args: JsonObject = {},
    options: CallOptions = {},
  ): Promise<CallToolResult> {
    check('name', name, text);
    check('args', args, object);
    const params = { name, arguments: args };
    const answer = await this.#requests.callTool(endpoint, name, params, options);
    const result = toolResultIn(answer);
    if (this.#settings.throwOnToolError && result.isError) throw new ToolError(name, result);
    return result;
  }

  /** Lists the server's tools: all pages, from the cache while the server's `ttlMs` allows. */
  async listTools(endpoint: Endpoint, options: ListOptions = {}): Promise<ListToolsResult> {
    return { tools: await this.#requests.list<Tool>(endpoint, 'tools/list', 'tools', options) };
  }

  /** Lists the server's resources, as {@link McpClient.listTools} does. */
  async listResources(endpoint: Endpoint, options: ListOptions = {}): Promise<ListResourcesResult> {
    const method = 'resources/list';
    return {
      resources: await this.#requests.list<Resource>(endpoint, method, 'resources', options),
    };
  }

  /** Lists the server's resource templates, as {@link McpClient.listTools} does. */
  async listResourceTemplates(
    endpoint: Endpoint,
    options: ListOptions = {},
  ): Promise<ListResourceTemplatesResult> {
    const method = 'resources/templates/list';
    const field = 'resourceTemplates';
    return {
      [field]: await this.#requests.list<ResourceTemplate>(endpoint, method, field, options),
    };
  }

  /** Lists the server's prompts, as {@link McpClient.listTools} does. */
  async listPrompts(endpoint: Endpoint, options: ListOptions = {}): Promise<ListPromptsResult> {
    return {
      prompts: await this.#requests.list<Prompt>(endpoint, 'prompts/list', 'prompts', options),
    };
  }

  /** Reads a resource. */
  async readResource(
    endpoint: Endpoint,
    uri: string,
    options: CallOptions = {},
  ): Promise<ReadResourceResult> {
    check('uri', uri, text);
    const result = await this.request(endpoint, 'resources/read', { uri }, options);
    listIn(result, 'contents', 'resources/read');
    return result as ReadResourceResult;
  }

  /** Gets a prompt, with its arguments filled in. */
  async getPrompt(
    endpoint: Endpoint,
    name: string,
    args: Readonly<Record<string, string>> = {},
    options: CallOptions = {},
  ): Promise<GetPromptResult> {
    check('name', name, text);
    check('args', args, object);
    const params = { name, arguments: args };
    const about = { prompt: name };
    const result = await this.#requests.request(endpoint, 'prompts/get', params, options, about);
    listIn(result, 'messages', 'prompts/get');
    return result as GetPromptResult;
  }

  /** Asks how an argument of a prompt or resource template might go on. */
  async complete(
    endpoint: Endpoint,
    params: CompleteParams,
    options: CallOptions = {},
  ): Promise<CompleteResult> {
    check('params', params, object);
    const result = await this.request(endpoint, 'completion/complete', { ...params }, options);
    objectIn(result, 'completion', 'completion/complete');
    return result as unknown as CompleteResult;
  }

  /**
   * Says what the server is and can do. One that speaks 2026-07-28 is asked; of an older one, the
   * session knows.
   */
  async discover(endpoint: Endpoint, options: CallOptions = {}): Promise<SessionInfo> {
    return this.#requests.discover(endpoint, options);
  }

  /** Sends any request and gives its result as it came. */
  async request(
    endpoint: Endpoint,
    method: string,
    params?: JsonObject,
    options: CallOptions = {},
  ): Promise<JsonObject> {
    check('method', method, text);
    if (params !== undefined) check('params', params, object);
    const tool = method === 'tools/call' ? params?.name : undefined;
    return typeof tool === 'string'
      ? this.#requests.callTool(endpoint, tool, params, options)
      : this.#requests.request(endpoint, method, params, options);
  }

  /**
   * Listens for changes until it is closed, over as many connections as that takes: a subscription
   * that was lost is asked for again. Outside `policy`.
   */
  async listen(
    endpoint: Endpoint,
    filter: SubscriptionFilter,
    options: ListeningOptions,
  ): Promise<Listening> {
    check('filter', filter, object);
    checkOptions('listen', options, {
      onNotification: callback,
      onResume: callback,
      onError: callback,
      signal,
      timeoutMs: deadline,
    });
    checkRequired(options, { onNotification: callback });
    const { key, endpoint: accepted } = this.#requests.accept(endpoint);
    const { timeoutMs, relistenBaseMs, relistenMaxMs, ...ports } = this.#settings;
    const backoff = { baseMs: relistenBaseMs, maxMs: relistenMaxMs };
    const listening = listen(
      { ...ports, endpoint: accepted, filter, timeoutMs, backoff },
      {
        ...options,
        onNotification: (notification) => {
          this.#requests.changed(key, notification.method);
          return options.onNotification(notification);
        },
        onResume: () => {
          // Whatever changed meanwhile was not told.
          this.#requests.forget(key);
          return options.onResume?.();
        },
      },
    );
    this.#listenings.add(listening);
    void listening.closed.then(() => this.#listenings.delete(listening));
    await listening.opened;
    return listening;
  }

  /** The same calls, without having to name the endpoint. */
  endpoint(endpoint: Endpoint): EndpointClient<Stats> {
    resolveEndpoint(endpoint);
    return new EndpointClient(this, endpoint);
  }

  /**
   * Takes an endpoint's sessions out of service, and forgets its lists and what was found out about
   * the server. Running calls go on.
   */
  async evict(endpoint: Endpoint): Promise<void> {
    const { key, endpoint: read } = resolveEndpoint(endpoint);
    this.#requests.forget(key);
    this.#settings.forget?.(read);
    await this.#settings.sessions.evict(read);
  }

  /** Does what `evict` does, for all endpoints. */
  async clear(): Promise<void> {
    this.#requests.forget();
    this.#settings.forget?.();
    await this.#settings.sessions.clear();
  }

  /** What `sessions` counts, in all or for one endpoint. */
  stats(endpoint?: Endpoint): Stats {
    return this.#settings.sessions.stats(endpoint);
  }

  /** Ends all subscriptions and closes `sessions`. */
  async close(): Promise<void> {
    this.#requests.close();
    await Promise.all([...this.#listenings].map((listening) => listening.close(closedError())));
    await this.#settings.sessions.close();
  }

  /** Does what `close()` does. */
  async [asyncDispose](): Promise<void> {
    await this.close();
  }
}
