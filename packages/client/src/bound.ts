import type { CallOptions, ListOptions } from './call-options.js';
import type { McpClient } from './client.js';
import type { Endpoint } from './endpoint.js';
import type { Listening, ListeningOptions } from './listening.js';
import type { JsonObject, SessionInfo, SubscriptionFilter } from './ports.js';
import type {
  CallToolResult,
  CompleteParams,
  CompleteResult,
  GetPromptResult,
  ListPromptsResult,
  ListResourcesResult,
  ListResourceTemplatesResult,
  ListToolsResult,
  ReadResourceResult,
} from './results.js';

/** The calls of {@link McpClient} on one endpoint. */
export class EndpointClient<Stats = unknown> {
  readonly #client: McpClient<Stats>;
  readonly #endpoint: Endpoint;

  constructor(client: McpClient<Stats>, endpoint: Endpoint) {
    this.#client = client;
    this.#endpoint = endpoint;
  }

  /** See {@link McpClient.callTool}. */
  callTool(name: string, args?: JsonObject, options?: CallOptions): Promise<CallToolResult> {
    return this.#client.callTool(this.#endpoint, name, args, options);
  }

  /** See {@link McpClient.listTools}. */
  listTools(options?: ListOptions): Promise<ListToolsResult> {
    return this.#client.listTools(this.#endpoint, options);
  }

  /** See {@link McpClient.listResources}. */
  listResources(options?: ListOptions): Promise<ListResourcesResult> {
    return this.#client.listResources(this.#endpoint, options);
  }

  /** See {@link McpClient.listResourceTemplates}. */
  listResourceTemplates(options?: ListOptions): Promise<ListResourceTemplatesResult> {
    return this.#client.listResourceTemplates(this.#endpoint, options);
  }

  /** See {@link McpClient.readResource}. */
  readResource(uri: string, options?: CallOptions): Promise<ReadResourceResult> {
    return this.#client.readResource(this.#endpoint, uri, options);
  }

  /** See {@link McpClient.listPrompts}. */
  listPrompts(options?: ListOptions): Promise<ListPromptsResult> {
    return this.#client.listPrompts(this.#endpoint, options);
  }

  /** See {@link McpClient.getPrompt}. */
  getPrompt(
    name: string,
    args?: Readonly<Record<string, string>>,
    options?: CallOptions,
  ): Promise<GetPromptResult> {
    return this.#client.getPrompt(this.#endpoint, name, args, options);
  }

  /** See {@link McpClient.complete}. */
  complete(params: CompleteParams, options?: CallOptions): Promise<CompleteResult> {
    return this.#client.complete(this.#endpoint, params, options);
  }

  /** See {@link McpClient.discover}. */
  discover(options?: CallOptions): Promise<SessionInfo> {
    return this.#client.discover(this.#endpoint, options);
  }

  /** See {@link McpClient.request}. */
  request(method: string, params?: JsonObject, options?: CallOptions): Promise<JsonObject> {
    return this.#client.request(this.#endpoint, method, params, options);
  }

  /** See {@link McpClient.listen}. */
  listen(filter: SubscriptionFilter, options: ListeningOptions): Promise<Listening> {
    return this.#client.listen(this.#endpoint, filter, options);
  }

  /** See {@link McpClient.evict}. */
  evict(): Promise<void> {
    return this.#client.evict(this.#endpoint);
  }

  /** See {@link McpClient.stats}. */
  stats(): Stats {
    return this.#client.stats(this.#endpoint);
  }
}
