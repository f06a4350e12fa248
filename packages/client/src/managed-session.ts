import type { Emit, SessionEvent } from './events.js';
import {
  codeOf,
  isClosing,
  isUnauthorised,
  isUnavailable,
  shapeOf,
  UNSUPPORTED_VERSION,
} from './failure.js';
import type {
  Clock,
  JsonObject,
  ListenOptions,
  Notification,
  RequestOptions,
  Session,
  SessionClosed,
  SessionInfo,
  Subscription,
  SubscriptionFilter,
} from './ports.js';

/** What a session does to its pool, and to what is remembered of its endpoint. */
export interface Surroundings {
  readonly id: number;
  readonly endpoint: string;
  readonly clock: Clock;
  readonly emit: Emit<SessionEvent> | undefined;
  /** The session rests on a remembered discovery, which may be out of date. */
  readonly adopted: boolean;
  /** Another dial may bring other headers. */
  readonly dynamic: boolean;
  /** Forgets what is remembered of the endpoint. */
  forget(): void;
  /** The next dial is to ask for fresh headers. */
  refresh(): void;
}

/** Errors of a server that does not know what we are talking about, perhaps of another era. */
const BEWILDERED = new Set<unknown>([-32600, -32601, -32602, undefined]);

/** Close codes of servers that go away, restart or are overloaded. */
const LEAVING = new Set<unknown>([1001, 1012, 1013]);

/** A session as the factory hands it out: it knows when it should no longer be used. */
export class ManagedSession implements Session {
  readonly closed: Promise<SessionClosed>;
  onnotification: ((notification: Notification) => void) | undefined;
  readonly #inner: Session;
  readonly #around: Surroundings;
  readonly #openedAt: number;
  #proven: boolean;
  #alive = true;
  #retire: ((reason: unknown) => void) | undefined;
  #end: { reason: string; error?: string | undefined } | undefined;

  constructor(inner: Session, around: Surroundings) {
    this.#inner = inner;
    this.#around = around;
    this.#openedAt = around.clock.now();
    this.#proven = !around.adopted;
    this.closed = inner.closed;
    void this.closed.then((info) => this.#ended(info));
  }

  get info(): SessionInfo {
    return this.#inner.info;
  }

  get alive(): boolean {
    return this.#alive;
  }

  request(method: string, params?: JsonObject, options?: RequestOptions): Promise<JsonObject> {
    const answer = this.#inner.request(method, params, options);
    if (!this.#proven) answer.then(this.#prove, ignore);
    return answer;
  }

  notify(method: string, params?: JsonObject): Promise<void> {
    return this.#inner.notify(method, params);
  }

  listen(filter: SubscriptionFilter, options: ListenOptions): Promise<Subscription> {
    return this.#inner.listen(filter, options);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  /** Ends it for a reason that is told. */
  destroy(reason: unknown): Promise<void> {
    this.#end ??= { reason: String(reason) };
    return this.#inner.close();
  }

  /** Tells `retire` when the session should go, and `lost` when it is gone; returns how to stop that. */
  watch(hooks: { lost(reason?: unknown): void; retire(reason?: unknown): void }): () => void {
    let watching = true;
    this.#retire = (reason) => hooks.retire(reason);
    void this.closed.then((info) => watching && hooks.lost(info));
    return () => {
      watching = false;
      this.#retire = undefined;
    };
  }

  report(error: unknown): boolean {
    const { name, rpcCode, delivery, status, cause } = shapeOf(error);
    // Of a call that had begun when it was refused, the refusal is the cause.
    const why = shapeOf(delivery === 'unknown' ? cause : error);
    // A connection that closes cannot be used any more, well before it has closed.
    if (isUnavailable(why.rpcCode, why.data) || isClosing(why)) {
      return this.#leave(error, delivery !== 'unknown');
    }
    if (!this.#proven && delivery === 'answered' && rpcCode === UNSUPPORTED_VERSION) {
      this.#around.forget();
      return this.#leave(error, true);
    }
    if (!this.#proven && delivery === 'answered' && BEWILDERED.has(rpcCode)) {
      // It may be the caller's mistake as well: only what is remembered is given up for it.
      this.#around.forget();
      return this.#leave(error, false);
    }
    if (!this.#proven && name === 'TimeoutError' && delivery === 'unknown') {
      // What is silent may be a server of another era by now.
      this.#around.forget();
      return this.#leave(error, false);
    }
    if (status === 401 && this.#around.dynamic) {
      this.#around.refresh();
      return this.#leave(error, true);
    }
    // An older HTTP server that no longer knows the session.
    return status === 404 && this.info.era === 'legacy' && this.#leave(error, true);
  }

  #leave(reason: unknown, elsewhere: boolean): boolean {
    this.#retire?.(reason);
    return elsewhere;
  }

  readonly #prove = () => {
    this.#proven = true;
  };

  #ended(info: SessionClosed): void {
    this.#alive = false;
    const { id, endpoint, clock, emit, dynamic } = this.#around;
    // It may have hung up on what it did not know; one that goes away says so.
    if (!this.#proven && this.#end === undefined && !LEAVING.has(info.code)) this.#around.forget();
    if (dynamic && (info.code === 1008 || isUnauthorised(info.error))) this.#around.refresh();
    const { era, protocolVersion } = this.info;
    const at = clock.now();
    emit?.({
      type: 'session.closed',
      at,
      id,
      endpoint,
      era,
      protocolVersion,
      durationMs: at - this.#openedAt,
      ...(this.#end ?? { reason: 'lost', error: faultOf(info) }),
    });
  }
}

const ignore = () => {};

function faultOf({ code, error }: SessionClosed): string | undefined {
  if (error !== undefined) return codeOf(error);
  if (code === 1000 || code === 1001) return undefined;
  return code === undefined ? 'SESSION' : `CLOSE_${code}`;
}
