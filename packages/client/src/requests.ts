import { allPages, objectIn } from './answers.js';
import {
  type Call,
  type Caller,
  type CallOptions,
  checkCallOptions,
  createCaller,
} from './calling.js';
import { check, flag, isObject } from './check.js';
import type { Settings } from './client-options.js';
import { type Endpoint, resolveEndpoint } from './endpoint.js';
import { OutcomeUnknownError, SessionError } from './errors.js';
import { shapeOf } from './failure.js';
import { askedOnce, isRead, saysIdempotent } from './idempotence.js';
import { ListCache } from './list-cache.js';
import type { JsonObject, Session, SessionInfo } from './ports.js';
import type { ToolAnnotations } from './results.js';

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

/** What a client knows of MCP's methods: which may run twice, which are lists, what is cached. */
export class Requests {
  readonly lists: ListCache;
  closed = false;
  readonly #settings: Settings<unknown>;
  readonly #call: Caller;
  readonly #bare: Caller;

  constructor(settings: Settings<unknown>) {
    this.#settings = settings;
    this.lists = new ListCache(settings.clock, settings.maxCachedLists);
    this.#call = createCaller(settings);
    this.#bare = createCaller({ ...settings, policy: undefined });
  }

  /** Makes one call, and gives its result as it came. */
  request(
    endpoint: Endpoint,
    method: string,
    params: JsonObject | undefined,
    options: CallOptions,
    about?: Partial<Call>,
  ): Promise<JsonObject> {
    return this.#call(this.#callOf(endpoint, method, params, options, about), options);
  }

  /** What the server says of itself; a session of before 2026-07-28 knows all that can be known. */
  async discover(endpoint: Endpoint, options: CallOptions): Promise<SessionInfo> {
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

  #callOf(
    endpoint: Endpoint,
    method: string,
    params: JsonObject | undefined,
    options: CallOptions,
    about?: Partial<Call>,
  ): Call {
    checkCallOptions(options);
    if (this.closed) throw closedError();
    const target = resolveEndpoint(endpoint);
    const idempotent = options.idempotent ?? isRead(method);
    return { endpoint, target, method, params, idempotent, ...about };
  }

  /** Calls a tool. Whether it may run twice is found out only if that matters. */
  callTool(
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
    return this.request(endpoint, 'tools/call', params, options, {
      tool,
      idempotent: idempotent ?? (this.#settings.trustAnnotations && askedOnce(ask)),
      explain: (error) => {
        const { delivery, name } = shapeOf(error);
        if (delivery !== 'unknown' || name === 'TimeoutError') return error;
        const safe = said || (idempotent === undefined && this.#isKnownSafe(key, tool));
        return safe ? error : new OutcomeUnknownError(tool, masked, { cause: error });
      },
    });
  }

  #isKnownSafe(key: string, tool: string): boolean {
    if (!this.#settings.trustAnnotations) return false;
    return saysIdempotent(annotationsIn(this.lists.get(key, TOOLS, ANNOTATIONS_TTL_MS), tool));
  }

  /** What the tool says of itself. Outside `policy`, which is in the middle of the very call. */
  async #annotationsOf(
    endpoint: Endpoint,
    tool: string,
    { signal }: CallOptions,
  ): Promise<ToolAnnotations | undefined> {
    const { key } = resolveEndpoint(endpoint);
    const known = this.lists.get(key, TOOLS, ANNOTATIONS_TTL_MS);
    return annotationsIn(
      known ?? (await this.#fetch(this.#bare, endpoint, TOOLS, 'tools', { signal })),
      tool,
    );
  }

  /** The whole list, from the cache while that is fresh. */
  async list<Item>(
    endpoint: Endpoint,
    method: string,
    field: string,
    { refresh = false, ...options }: ListOptions,
  ): Promise<Item[]> {
    check('refresh', refresh, flag);
    checkCallOptions(options);
    if (this.closed) throw closedError();
    const known = refresh ? undefined : this.lists.get(resolveEndpoint(endpoint).key, method);
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
    const { changes } = this.lists;
    let session: Session | undefined;
    try {
      const list = await allPages(method, field, this.#settings.maxPages, async (cursor) => {
        const params = cursor === undefined ? undefined : { cursor };
        const call = this.#callOf(endpoint, method, params, options);
        const page = await caller(call, options).finally(() => {
          session = call.session;
        });
        return page;
      });
      const { key } = resolveEndpoint(endpoint);
      this.lists.put(key, method, list, changes);
      if (session !== undefined) {
        session.onnotification ??= (notification) => this.lists.changed(key, notification.method);
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

export const closedError = () =>
  new SessionError('the client is closed', 'not-sent', { redial: false });
