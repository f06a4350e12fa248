import { objectIn } from './answers.js';
import {
  type CallOptions,
  checkCallOptions,
  checkListOptions,
  type ListOptions,
} from './call-options.js';
import { type Call, type Caller, createCaller } from './calling.js';
import type { Settings } from './client-options.js';
import { type Endpoint, resolveEndpoint, type Target } from './endpoint.js';
import { OutcomeUnknownError, SessionError } from './errors.js';
import { shapeOf } from './failure.js';
import { askedOnce, isRead, saysIdempotent } from './idempotence.js';
import { Lists } from './lists.js';
import type { JsonObject, SessionInfo } from './ports.js';

/** What a client knows of MCP's methods: which may run twice, which are lists, what is cached. */
export class Requests {
  readonly #settings: Settings<unknown>;
  readonly #call: Caller;
  readonly #lists: Lists;
  #closed = false;

  constructor(settings: Settings<unknown>) {
    this.#settings = settings;
    this.#call = createCaller(settings);
    this.#lists = new Lists(settings, this.#call);
  }

  /** Makes one call, and gives its result as it came. */
  request(
    endpoint: Endpoint,
    method: string,
    params: JsonObject | undefined,
    options: CallOptions,
    about?: Partial<Call>,
  ): Promise<JsonObject> {
    checkCallOptions(options);
    return this.#call(this.#callOf(endpoint, method, params, options, about), options);
  }

  /** What the server says of itself; a session of before 2026-07-28 knows all that can be known. */
  async discover(endpoint: Endpoint, options: CallOptions): Promise<SessionInfo> {
    checkCallOptions(options);
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

  /** Calls a tool. Whether it may run twice is found out only if that matters. */
  callTool(
    endpoint: Endpoint,
    tool: string,
    params: JsonObject | undefined,
    options: CallOptions,
  ): Promise<JsonObject> {
    checkCallOptions(options);
    const { trustAnnotations, timeoutMs } = this.#settings;
    const { idempotent } = options;
    let said = idempotent ?? false;
    const ask = async () => {
      const limitMs = options.timeoutMs ?? timeoutMs;
      said = saysIdempotent(await this.#lists.annotationsOf(tool, call, limitMs));
      return said;
    };
    const call = this.#callOf(endpoint, 'tools/call', params, options, {
      tool,
      idempotent: idempotent ?? (trustAnnotations && askedOnce(ask)),
      explain: (error) => {
        const { delivery, name } = shapeOf(error);
        if (delivery !== 'unknown' || name === 'TimeoutError') return error;
        const safe = said || (idempotent === undefined && this.#isKnownSafe(tool, call.target));
        return safe ? error : new OutcomeUnknownError(tool, call.target.masked, { cause: error });
      },
    });
    return this.#call(call, options);
  }

  /** The whole list, from the cache while that is fresh. */
  async list<Item>(
    endpoint: Endpoint,
    method: string,
    field: string,
    options: ListOptions,
  ): Promise<Item[]> {
    checkListOptions(options);
    const { refresh = false, ...call } = options;
    const target = this.accept(endpoint);
    return [...(await this.#lists.get({ target, method, field }, call, refresh))] as Item[];
  }

  /**
   * Reads the endpoint of a call that is about to be made.
   *
   * @throws SessionError once the client is closed
   */
  accept(endpoint: Endpoint): Target {
    if (this.#closed) throw closedError();
    return resolveEndpoint(endpoint);
  }

  /** Forgets what a notification says has changed. */
  changed(key: string, notification: string): void {
    this.#lists.changed(key, notification);
  }

  /** Forgets what is remembered of one endpoint, or of all. */
  forget(key?: string): void {
    this.#lists.forget(key);
  }

  /** Accepts no more calls. */
  close(): void {
    this.#closed = true;
  }

  #callOf(
    endpoint: Endpoint,
    method: string,
    params: JsonObject | undefined,
    options: CallOptions,
    about?: Partial<Call>,
  ): Call {
    const target = this.accept(endpoint);
    const idempotent = options.idempotent ?? isRead(method);
    return { target, method, params, idempotent, ...about };
  }

  #isKnownSafe(tool: string, target: Target): boolean {
    if (!this.#settings.trustAnnotations) return false;
    return saysIdempotent(this.#lists.knownAnnotationsOf(tool, target));
  }
}

export const closedError = () =>
  new SessionError('the client is closed', 'not-sent', { redial: false });
