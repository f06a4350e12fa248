import type { CallOutcome, Era, Observer, ViolationKind } from './ports.js';
import { tell } from './tell.js';

interface Of<Type> {
  readonly type: Type;
  /** `clock.now()`. */
  readonly at: number;
}

interface Call {
  /** The same in `call.start` and `call.end`. */
  readonly id: number;
  readonly method: string;
  readonly tool?: string | undefined;
  readonly prompt?: string | undefined;
  /** Without user information and query. */
  readonly endpoint: string;
}

/** A call begins; it may take several attempts. */
export interface CallStartEvent extends Of<'call.start'>, Call {}

/** A call has ended. */
export interface CallEndEvent extends Of<'call.end'>, Call {
  readonly outcome: CallOutcome['outcome'];
  readonly durationMs: number;
  readonly errorCode?: string | undefined;
  readonly rpcCode?: number | undefined;
  readonly era?: Era | undefined;
  readonly protocolVersion?: string | undefined;
}

interface SessionOf {
  /** The same in all events of one session. */
  readonly id: number;
  readonly endpoint: string;
}

/** A session was negotiated; `durationMs` is what dialling and negotiating took. */
export interface SessionOpenEvent extends Of<'session.open'>, SessionOf {
  readonly era: Era;
  readonly protocolVersion: string;
  readonly durationMs: number;
}

/** A session ended; `durationMs` is how long it was open. */
export interface SessionClosedEvent extends Of<'session.closed'>, SessionOf {
  readonly era: Era;
  readonly protocolVersion: string;
  readonly durationMs: number;
  /** Why the pool destroyed it, or `lost`. */
  readonly reason?: string | undefined;
  /** A short code, if it was lost. */
  readonly error?: string | undefined;
}

/** The server broke the protocol, and the session went on. */
export interface SessionViolationEvent extends Of<'session.violation'>, SessionOf {
  readonly kind: ViolationKind;
}

/** What `McpClient` tells its observer. */
export type CallEvent = CallStartEvent | CallEndEvent;

/** What `sessionFactory` tells its observer. */
export type SessionEvent = SessionOpenEvent | SessionClosedEvent | SessionViolationEvent;

/** Every event of this package. */
export type ClientEvent = CallEvent | SessionEvent;

/** Tells the observer. Call it as `emit?.(...)`: without an observer, the event is not even made. */
export type Emit<E> = (event: E) => void;

export function emitter<E>(observer: Observer<E> | undefined): Emit<E> | undefined {
  return observer && ((event) => tell(observer, event));
}
