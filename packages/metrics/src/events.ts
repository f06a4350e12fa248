type Id = string | number;

interface Of<E> {
  readonly type: E;
  /** Not read: an instrument has its own time. */
  readonly at?: number;
}

interface Connection {
  readonly id: Id;
  /** Masked again before it becomes an attribute. */
  readonly url?: string;
}

interface Pooled {
  /** The endpoint's URL; what follows a space (the scope) is not recorded. */
  readonly key: string;
}

interface Item {
  readonly itemId: Id;
}

interface Named {
  /** The policy's name: of a breaker, usually the URL of its endpoint. */
  readonly name?: string | undefined;
}

interface Decision {
  /** Which of the guard's functions decided: `inspect` only asks, the others dial. */
  readonly method?: string;
}

interface Call {
  readonly id?: Id;
  readonly method?: string;
  readonly tool?: string;
  readonly prompt?: string;
  readonly endpoint?: string;
}

interface Session {
  readonly id?: Id;
  readonly endpoint?: string;
  readonly era?: string;
  readonly protocolVersion?: string;
}

/** An error as events carry it: a short code, or something that has one. */
type Fault = unknown;

/**
 * The events that `recordEvents` turns into measurements, with the fields that it reads. Whoever
 * emits them is held to this by a type test; at run time any field may be missing or odd.
 */
export interface ConsumedEvents {
  'ws.dial': Connection;
  'ws.open': Connection & { readonly durationMs: number };
  'ws.refused': Connection & {
    readonly durationMs: number;
    readonly status?: number;
    readonly error?: Fault;
  };
  'ws.message.sent': Connection & { readonly bytes: number };
  'ws.message.received': Connection & { readonly bytes: number };
  'ws.ping': Connection & { readonly rttMs: number };
  'ws.closed': Connection & { readonly code: number; readonly durationMs: number };
  'ws.error': Connection & { readonly error?: Fault };
  'ws.accepted': Connection;
  'ws.rejected': { readonly status: number; readonly reason: string };
  'ws.draining': { readonly connections: number };

  'pool.create': Pooled;
  'pool.created': Item & Pooled & { readonly durationMs: number };
  'pool.create.failed': Pooled & { readonly durationMs: number; readonly error?: Fault };
  'pool.acquire': Pooled;
  'pool.acquired': Item & Pooled & { readonly waitMs: number; readonly reused: boolean };
  'pool.acquire.failed': Pooled & {
    readonly waitMs: number;
    readonly code?: string;
    readonly error?: Fault;
  };
  'pool.released': Item & Pooled & { readonly heldMs: number };
  'pool.retired': Pooled & { readonly reason: string };
  'pool.destroyed': Item & Pooled & { readonly reason: string };
  'pool.leak': Pooled;

  'retry.attempt': Named;
  'retry.scheduled': Named & { readonly delayMs: number };
  'retry.gave-up': Named & { readonly reason: string };
  'breaker.opened': Named;
  'breaker.half-open': Named;
  'breaker.closed': Named;
  'budget.spent': Named;

  'guard.allowed': Decision;
  'guard.denied': Decision & { readonly reason: string; readonly reportOnly?: boolean };

  'call.start': Call;
  'call.end': Call & {
    readonly outcome: 'ok' | 'tool_error' | 'error' | 'aborted';
    readonly errorCode?: string;
    readonly rpcCode?: number;
    readonly durationMs: number;
    readonly era?: string;
    readonly protocolVersion?: string;
  };
  'session.open': Session & { readonly durationMs: number };
  'session.closed': Session & {
    readonly durationMs: number;
    readonly reason?: unknown;
    readonly error?: unknown;
  };
  'session.violation': { readonly kind: string };
}

export type ConsumedEventType = keyof ConsumedEvents;

/** The union of the above, as an emitter would declare it. */
export type ConsumedEvent = {
  [E in ConsumedEventType]: Of<E> & ConsumedEvents[E];
}[ConsumedEventType];

/** What arrives: nothing is certain but the names. */
type Arriving<E> = { readonly [F in E extends unknown ? keyof E : never]?: unknown };

/** One reaction per event type. */
export type Reactions<E extends ConsumedEventType> = {
  readonly [T in E]: (event: Arriving<ConsumedEvents[T]>) => void;
};

/** The types that begin with one of these words. */
export type EventsOf<P extends string> = Extract<ConsumedEventType, `${P}.${string}`>;

/**
 * A listener for the events of any package of the house, which it knows by `type` only.
 */
export type Observer = (event: { readonly type: string }) => void;
