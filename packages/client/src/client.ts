import { allPages, listIn, objectIn, toolResultIn } from './answers.js';
import { EndpointClient } from './bound.js';
import {
  type Call,
  type Caller,
  type CallOptions,
  checkCallOptions,
  createCaller,
} from './calling.js';
import {
  callback,
  check,
  checkOptions,
  checkRequired,
  clockRule,
  count,
  deadline,
  duration,
  flag,
  having,
  isObject,
  object,
  signal,
  text,
} from './check.js';
import { systemClock } from './clock.js';
import { type Endpoint, resolveEndpoint } from './endpoint.js';
import { OutcomeUnknownError, SessionError, ToolError } from './errors.js';
import type { CallEvent } from './events.js';
import { shapeOf } from './failure.js';
import { askedOnce, isRead, saysIdempotent } from './idempotence.js';
import { ListCache } from './list-cache.js';
import { type Listening, type ListeningOptions, listen } from './listening.js';
import type {
  Clock,
  JsonObject,
  Observer,
  Policy,
  Random,
  Session,
  SessionInfo,
  SessionSource,
  SubscriptionFilter,
  Trace,
} from './ports.js';
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
  ToolAnnotations,
} from './results.js';

export interface McpClientOptions<Stats = unknown> {
  /** Where sessions come from: `createPool({ ...sessionFactory(...) })`, or {@link singleSessions}. */
  readonly sessions: SessionSource<Endpoint, Stats>;
  /** Runs every call: retries, breakers, bulkheads. Without one, each call is one attempt. */
  readonly policy?: Policy;
  /** Is told of calls; see {@link CallEvent}. */
  readonly observer?: Observer<CallEvent>;
  /** Spans for requests, and their context for `_meta`. */
  readonly trace?: Trace;
  /**
   * Deadline of each attempt, ms, the wait for a session included. 0 or Infinity: none.
   * @default 60_000
   */
  readonly timeoutMs?: number;
  /**
   * Whether a tool's `isError` result is thrown as a ToolError.
   * @default false
   */
  readonly throwOnToolError?: boolean;
  /**
   * Whether a tool that says it only reads, or is idempotent, may be called again when nobody knows
   * whether it ran.
   * @default true
   */
  readonly trustAnnotations?: boolean;
  /**
   * Pages of a list that are fetched at most.
   * @default 100
   */
  readonly maxPages?: number;
  /**
   * Lists remembered at most.
   * @default 1_000
   */
  readonly maxCachedLists?: number;
  /**
   * The first pause before a lost subscription is asked for again, ms; doubled each time.
   * @default 500
   */
  readonly relistenBaseMs?: number;
  /**
   * The longest such pause, ms.
   * @default 30_000
   */
  readonly relistenMaxMs?: number;
  readonly clock?: Clock;
  readonly random?: Random;
}

/** How a list is asked for. */
export interface ListOptions extends CallOptions {
  /**
   * Asks the server, whatever is remembered.
   * @default false
   */
  readonly refresh?: boolean | undefined;
}

const TOOLS = 'tools/list';

/** How long a tool's annotations are believed if the server does not say. */
const ANNOTATIONS_TTL_MS = 300_000;

const METHOD_NOT_FOUND = -32601;

// Node 20.0 to 20.4 have no such symbol.
const asyncDispose: typeof Symbol.asyncDispose =
  Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose');

/**
 * Calls MCP servers by endpoint. It holds no connections: `sessions` does.
 *
 * @throws ConfigError if an option is wrong or unknown
 */
export class McpClient<Stats = unknown> {
  readonly #sessions: SessionSource<Endpoint, Stats>;
  readonly #call: Caller;
  readonly #bare: Caller;
  readonly #lists: ListCache;
  readonly #listenings = new Set<Listening>();
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #timeoutMs: number;
  readonly #throwOnToolError: boolean;
  readonly #trustAnnotations: boolean;
  readonly #maxPages: number;
  readonly #backoff: { readonly baseMs: number; readonly maxMs: number };
  #closed = false;

  constructor(options: McpClientOptions<Stats>) {
    const sessions = having('use', 'evict', 'clear', 'stats', 'close');
    checkOptions('McpClient', options, {
      sessions,
      policy: having('execute'),
      observer: callback,
      trace: having('startCall'),
      timeoutMs: deadline,
      throwOnToolError: flag,
      trustAnnotations: flag,
      maxPages: count(1),
      maxCachedLists: count(1),
      relistenBaseMs: duration,
      relistenMaxMs: duration,
      clock: clockRule,
      random: callback,
    });
    checkRequired(options, { sessions });
    const { policy, observer, trace, clock = systemClock, timeoutMs = 60_000 } = options;
    this.#sessions = options.sessions;
    this.#clock = clock;
    this.#random = options.random ?? Math.random;
    this.#timeoutMs = timeoutMs;
    this.#throwOnToolError = options.throwOnToolError ?? false;
    this.#trustAnnotations = options.trustAnnotations ?? true;
    this.#maxPages = options.maxPages ?? 100;
    this.#lists = new ListCache(clock, options.maxCachedLists ?? 1_000);
    this.#backoff = {
      baseMs: options.relistenBaseMs ?? 500,
      maxMs: options.relistenMaxMs ?? 30_000,
    };
    const setup = { sessions: options.sessions, observer, trace, timeoutMs, clock };
    this.#call = createCaller({ ...setup, policy });
    this.#bare = createCaller({ ...setup, policy: undefined });
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
    const answer = await this.#callTool(endpoint, name, params, options);
    const result = toolResultIn(answer);
    if (this.#throwOnToolError && result.isError) throw new ToolError(name, result);
    return result;
  }

  /** Lists the server's tools: all pages, from the cache while the server's `ttlMs` allows. */
  async listTools(endpoint: Endpoint, options: ListOptions = {}): Promise<ListToolsResult> {
    return { tools: await this.#list<Tool>(endpoint, 'tools/list', 'tools', options) };
  }

  /** Lists the server's resources, as {@link McpClient.listTools} does. */
  async listResources(endpoint: Endpoint, options: ListOptions = {}): Promise<ListResourcesResult> {
    const method = 'resources/list';
    return { resources: await this.#list<Resource>(endpoint, method, 'resources', options) };
  }

  /** Lists the server's resource templates, as {@link McpClient.listTools} does. */
  async listResourceTemplates(
    endpoint: Endpoint,
    options: ListOptions = {},
  ): Promise<ListResourceTemplatesResult> {
    const method = 'resources/templates/list';
    const field = 'resourceTemplates';
    return { [field]: await this.#list<ResourceTemplate>(endpoint, method, field, options) };
  }

  /** Lists the server's prompts, as {@link McpClient.listTools} does. */
  async listPrompts(endpoint: Endpoint, options: ListOptions = {}): Promise<ListPromptsResult> {
    return { prompts: await this.#list<Prompt>(endpoint, 'prompts/list', 'prompts', options) };
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
    const result = await this.#request(endpoint, 'prompts/get', params, options, about);
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
    const call = this.#callOf(endpoint, 'server/discover', undefined, options, {
      known: ({ info }) => (info.era === 'legacy' ? {} : undefined),
    });
    const discover = await this.#call(call, options);
    const info = call.session?.info;
    if (info === undefined) throw new SessionError('no session answered', 'unknown');
    if (info.era === 'legacy') return info;
    const capabilities = objectIn(discover, 'capabilities', 'server/discover');
    const { instructions } = discover;
    return {
      ...info,
      capabilities,
      instructions: typeof instructions === 'string' ? instructions : undefined,
      discover,
    };
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
      ? this.#callTool(endpoint, tool, params, options)
      : this.#request(endpoint, method, params, options);
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
    if (this.#closed) throw closedError();
    const { key } = resolveEndpoint(endpoint);
    const listening = await listen(
      {
        sessions: this.#sessions,
        endpoint,
        filter,
        timeoutMs: this.#timeoutMs,
        clock: this.#clock,
        random: this.#random,
        backoff: this.#backoff,
      },
      {
        ...options,
        onNotification: (notification) => {
          this.#lists.changed(key, notification.method);
          options.onNotification(notification);
        },
        onResume: () => {
          // Whatever changed meanwhile was not told.
          this.#lists.evict(key);
          options.onResume?.();
        },
      },
    );
    this.#listenings.add(listening);
    void listening.closed.then(() => this.#listenings.delete(listening));
    if (this.#closed) await listening.close();
    return listening;
  }

  /** The same calls, without having to name the endpoint. */
  endpoint(endpoint: Endpoint): EndpointClient<Stats> {
    resolveEndpoint(endpoint);
    return new EndpointClient(this, endpoint);
  }

  /** Takes an endpoint's sessions out of service and forgets its lists. Running calls go on. */
  async evict(endpoint: Endpoint): Promise<void> {
    this.#lists.evict(resolveEndpoint(endpoint).key);
    await this.#sessions.evict(endpoint);
  }

  /** Does what `evict` does, for all endpoints. */
  async clear(): Promise<void> {
    this.#lists.clear();
    await this.#sessions.clear();
  }

  /** What `sessions` counts, in all or for one endpoint. */
  stats(endpoint?: Endpoint): Stats {
    return this.#sessions.stats(endpoint);
  }

  /** Ends all subscriptions and closes `sessions`. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#listenings].map((listening) => listening.close()));
    await this.#sessions.close();
  }

  /** Does what `close()` does. */
  async [asyncDispose](): Promise<void> {
    await this.close();
  }

  #request(
    endpoint: Endpoint,
    method: string,
    params: JsonObject | undefined,
    options: CallOptions,
    about?: Partial<Call>,
  ): Promise<JsonObject> {
    return this.#call(this.#callOf(endpoint, method, params, options, about), options);
  }

  #callOf(
    endpoint: Endpoint,
    method: string,
    params: JsonObject | undefined,
    options: CallOptions,
    about?: Partial<Call>,
  ): Call {
    checkCallOptions(options);
    if (this.#closed) throw closedError();
    const target = resolveEndpoint(endpoint);
    const idempotent = options.idempotent ?? isRead(method);
    return { endpoint, target, method, params, idempotent, ...about };
  }

  #callTool(
    endpoint: Endpoint,
    tool: string,
    params: JsonObject | undefined,
    options: CallOptions,
  ): Promise<JsonObject> {
    const { idempotent } = options;
    const { key, masked } = resolveEndpoint(endpoint);
    let said = idempotent ?? false;
    const ask = async () => {
      said = saysIdempotent(await this.#annotationsOf(endpoint, tool, options));
      return said;
    };
    return this.#request(endpoint, 'tools/call', params, options, {
      tool,
      idempotent: idempotent ?? (this.#trustAnnotations && askedOnce(ask)),
      explain: (error) => {
        const { delivery, name } = shapeOf(error);
        if (delivery !== 'unknown' || name === 'TimeoutError') return error;
        const safe = said || (idempotent === undefined && this.#isKnownSafe(key, tool));
        return safe ? error : new OutcomeUnknownError(tool, masked, { cause: error });
      },
    });
  }

  #isKnownSafe(key: string, tool: string): boolean {
    if (!this.#trustAnnotations) return false;
    return saysIdempotent(annotationsIn(this.#lists.get(key, TOOLS, ANNOTATIONS_TTL_MS), tool));
  }

  /** What the tool says of itself. Outside `policy`, which is in the middle of the very call. */
  async #annotationsOf(
    endpoint: Endpoint,
    tool: string,
    { signal }: CallOptions,
  ): Promise<ToolAnnotations | undefined> {
    const { key } = resolveEndpoint(endpoint);
    const known = this.#lists.get(key, TOOLS, ANNOTATIONS_TTL_MS);
    return annotationsIn(
      known ?? (await this.#fetch(this.#bare, endpoint, TOOLS, 'tools', { signal })),
      tool,
    );
  }

  async #list<Item>(
    endpoint: Endpoint,
    method: string,
    field: string,
    { refresh = false, ...options }: ListOptions,
  ): Promise<Item[]> {
    check('refresh', refresh, flag);
    checkCallOptions(options);
    if (this.#closed) throw closedError();
    const known = refresh ? undefined : this.#lists.get(resolveEndpoint(endpoint).key, method);
    const items = known ?? (await this.#fetch(this.#call, endpoint, method, field, options));
    return [...items] as Item[];
  }

  async #fetch(
    caller: Caller,
    endpoint: Endpoint,
    method: string,
    field: string,
    options: CallOptions,
  ): Promise<readonly JsonObject[]> {
    const { changes } = this.#lists;
    let session: Session | undefined;
    try {
      const list = await allPages(method, field, this.#maxPages, async (cursor) => {
        const params = cursor === undefined ? undefined : { cursor };
        const call = this.#callOf(endpoint, method, params, options);
        const page = await caller(call, options).finally(() => {
          session = call.session;
        });
        return page;
      });
      const { key } = resolveEndpoint(endpoint);
      this.#lists.put(key, method, list, changes);
      if (session !== undefined) {
        session.onnotification ??= (notification) => this.#lists.changed(key, notification.method);
      }
      return list.items;
    } catch (error) {
      // A server without prompts, say, has an empty list of them.
      const [capability = ''] = method.split('/');
      const lacks = session !== undefined && !(capability in session.info.capabilities);
      if (lacks && shapeOf(error).rpcCode === METHOD_NOT_FOUND) return [];
      throw error;
    }
  }
}

function annotationsIn(
  tools: readonly JsonObject[] | undefined,
  name: string,
): ToolAnnotations | undefined {
  const annotations = tools?.find((tool) => tool.name === name)?.annotations;
  return isObject(annotations) ? annotations : undefined;
}

const closedError = () => new SessionError('the client is closed', 'not-sent', { redial: false });
