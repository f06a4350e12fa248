import type { Settings } from './options.js';
import { tell } from './tell.js';

/** What a server did that it must not do. */
export type ViolationKind =
  /** It sent a request. */
  | 'request'
  /** It referred to an id that no request of ours had. */
  | 'unknown-id'
  /** It referred to a request that is over: a second answer, late progress. Not for cancelled ones. */
  | 'settled-id'
  /** It cancelled a request of ours that is no subscription. */
  | 'cancelled'
  /** It sent what is no JSON-RPC message, or a member of the wrong type. */
  | 'malformed'
  /** A result lacks its `resultType`; it was taken for `complete`, as the spec asks. */
  | 'missing-result-type'
  /** It answered a request with what is no answer to it. The request has failed. */
  | 'invalid-result'
  /** It used a subscription before acknowledging it, or acknowledged it twice. */
  | 'subscription-order'
  /** The transport reported an error. */
  | 'transport';

interface Common {
  readonly at: number;
  /** The session's number in this process. */
  readonly id: number;
  readonly endpoint?: string;
}

export interface SessionOpenEvent extends Common {
  readonly type: 'session.open';
  readonly era: 'modern';
  readonly protocolVersion: string;
  /** Since `createSession` was called, ms. */
  readonly durationMs: number;
}

export interface SessionClosedEvent extends Common {
  readonly type: 'session.closed';
  readonly protocolVersion: string;
  /** Since `session.open`, ms. */
  readonly durationMs: number;
  readonly closeCode?: number;
  readonly reason?: string;
  /** A short code; absent where the session ended as it should. */
  readonly error?: string;
}

export interface SessionViolationEvent extends Common {
  readonly type: 'session.violation';
  readonly kind: ViolationKind;
  /** The method of the message, or of the request that it answers. */
  readonly method?: string;
  /** The code of the transport's error. */
  readonly error?: string;
}

/** What a session tells its observer. */
export type SessionEvent = SessionOpenEvent | SessionClosedEvent | SessionViolationEvent;

type Bare<E> = E extends unknown ? Omit<E, keyof Common> : never;

/** Tells the observer. Call it as `emit?.(...)`: without an observer, the event is not even made. */
export type Emit = (event: Bare<SessionEvent>) => void;

let lastId = 0;

export function emitter({ observer, clock, endpoint }: Settings): Emit | undefined {
  if (!observer) return undefined;
  const id = ++lastId;
  return (event) =>
    tell(observer, {
      ...event,
      at: clock.now(),
      id,
      ...(endpoint && { endpoint }),
    } as SessionEvent);
}

/** The short code of an error, for an event: its message may say too much. */
export function codeOf(error: unknown): string | undefined {
  if (error === undefined) return undefined;
  const { code, name } = Object(error);
  return typeof code === 'string' ? code : String(name ?? 'ERROR');
}
