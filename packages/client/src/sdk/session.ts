import type {
  Client,
  RequestOptions as SdkRequestOptions,
  StandardSchemaV1,
} from '@modelcontextprotocol/client';
import { isObject } from '../check.js';
import { after, isDeadline, MAX_TIMER_MS } from '../clock.js';
import { TimeoutError } from '../errors.js';
import { shapeOf } from '../failure.js';
import { follow } from '../follow.js';
import type {
  JsonObject,
  ListenOptions,
  RequestOptions,
  Session,
  SessionClosed,
  SessionContext,
  SessionInfo,
  Subscription,
  SubscriptionFilter,
} from '../ports.js';
import { tell } from '../tell.js';
import { interrupted, lossOf, translate } from './failure.js';
import { CALL, type Link, type TracedCall } from './link.js';
import type { Negotiation } from './negotiate.js';
import { Subscriptions } from './subscriptions.js';

/** The SDK's timers know no "never". */
export const timer = (ms: number) => (isDeadline(ms) ? Math.min(ms, MAX_TIMER_MS) : MAX_TIMER_MS);

/** Takes every result as it is: whoever asked will look at what it needs. */
const PLAIN: StandardSchemaV1<unknown, JsonObject> = {
  '~standard': {
    version: 1,
    vendor: '@x/client',
    validate: (value) => (isObject(value) ? { value } : { issues: [{ message: 'not an object' }] }),
  },
};

/** A session on the SDK's `Client`, of either era. */
export class SdkSession implements Session {
  readonly info: SessionInfo;
  readonly closed: Promise<SessionClosed>;
  readonly #client: Client;
  readonly #link: Link;
  readonly #setup: Negotiation;
  readonly #subscriptions: Subscriptions;

  constructor(
    client: Client,
    link: Link,
    info: SessionInfo,
    setup: Negotiation,
    context: SessionContext,
  ) {
    this.#client = client;
    this.#link = link;
    this.#setup = setup;
    this.info = info;
    this.closed = link.closed;
    this.#subscriptions = new Subscriptions(
      this,
      client,
      link,
      setup.clock,
      context.onNotification,
    );
  }

  request(method: string, params?: JsonObject, options: RequestOptions = {}): Promise<JsonObject> {
    const { signal, maxTotalTimeoutMs } = options;
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.#link.ended) return this.#refuse();
    if (maxTotalTimeoutMs !== undefined && isDeadline(maxTotalTimeoutMs)) {
      return this.#within(maxTotalTimeoutMs, method, params, options);
    }
    const timeout =
      options.timeoutMs === undefined ? this.#setup.timeoutMs : timer(options.timeoutMs);
    const call: TracedCall = { begun: false };
    return this.#send(method, params, options, timeout, call)
      .catch((error) => this.#fail(error, signal, timeout, call))
      .finally(() => this.#link.forget(call));
  }

  async notify(method: string, params?: JsonObject): Promise<void> {
    if (this.#link.ended) return this.#refuse();
    await this.#client
      .notification({ method, ...(params && { params }) })
      .catch((error) => this.#fail(error, undefined, 0));
  }

  async listen(filter: SubscriptionFilter, options: ListenOptions): Promise<Subscription> {
    const { signal } = options;
    signal?.throwIfAborted();
    if (this.#link.ended) return this.#refuse();
    const timeout =
      options.timeoutMs === undefined ? this.#setup.timeoutMs : timer(options.timeoutMs);
    try {
      return await this.#subscriptions.open(filter, options, timeout);
    } catch (error) {
      return this.#fail(error, signal, timeout);
    }
  }

  async close(): Promise<void> {
    // The client learns of it from the link.
    await this.#link.close();
  }

  #send(
    method: string,
    params: JsonObject | undefined,
    options: RequestOptions,
    timeout: number,
    call: TracedCall,
  ): Promise<JsonObject> {
    const { signal, onProgress, resetTimeoutOnProgress } = options;
    const sdkOptions: SdkRequestOptions = {
      timeout,
      ...(signal && { signal }),
      // The SDK asks for progress only where somebody listens.
      ...((onProgress || resetTimeoutOnProgress) && {
        onprogress: (progress) => tell(onProgress, progress),
      }),
      ...(resetTimeoutOnProgress && { resetTimeoutOnProgress: true }),
    };
    const plain = this.#withMeta(params, options);
    // Only the modern era has rounds.
    const full = this.info.era === 'modern' ? { ...plain, [CALL]: call } : plain;
    // Only the SDK's own call knows which arguments a server wants to see in HTTP headers.
    if (
      method === 'tools/call' &&
      this.#link.hasPerRequestStream &&
      typeof plain?.name === 'string'
    ) {
      return this.#client.callTool({ ...full, name: plain.name }, sdkOptions);
    }
    return this.#client.request({ method, ...(full && { params: full }) }, PLAIN, sdkOptions);
  }

  #withMeta(params: JsonObject | undefined, { meta, logLevel }: RequestOptions) {
    const level = this.info.era === 'modern' ? logLevel : undefined;
    if (meta === undefined && level === undefined) return params;
    const given = isObject(params?._meta) ? params._meta : {};
    const _meta = {
      ...given,
      ...meta,
      ...(level && { 'io.modelcontextprotocol/logLevel': level }),
    };
    return { ...params, _meta };
  }

  /** The cap over everything: the SDK looks at its own only when progress comes. */
  async #within(
    ms: number,
    method: string,
    params: JsonObject | undefined,
    { maxTotalTimeoutMs: _, signal, ...options }: RequestOptions,
  ): Promise<JsonObject> {
    const { clock } = this.#setup;
    const cap = new AbortController();
    const stay = follow(signal, () => cap.abort(signal?.reason));
    const message = `${method} took longer than ${ms} ms in all`;
    const disarm = after(clock, ms, () => cap.abort(new TimeoutError(message, ms)));
    try {
      return await this.request(method, params, { ...options, signal: cap.signal });
    } finally {
      disarm();
      stay();
    }
  }

  async #refuse(): Promise<never> {
    throw lossOf(await this.closed, 'not-sent');
  }

  async #fail(
    error: unknown,
    signal: AbortSignal | undefined,
    timeoutMs: number,
    call?: TracedCall,
  ): Promise<never> {
    if (signal?.aborted) throw signal.reason;
    // A connection that is gone is why, whatever the SDK makes of it; and it may have taken an
    // earlier part of the same request along, so that nobody knows what ran.
    const { code, delivery } = shapeOf(error);
    const isAnswer = delivery !== undefined || typeof code === 'number';
    if (this.#link.ended && !isAnswer) {
      const closed = await this.closed;
      throw lossOf(closed, (!call?.begun && closed.delivery) || 'unknown');
    }
    const failure = translate(error, timeoutMs);
    throw call?.begun ? interrupted(failure) : failure;
  }
}
