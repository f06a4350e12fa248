/** Where time comes from. The globals unless given: `performance.now()`, `setTimeout`, `clearTimeout`. */
export interface Clock {
  /** Milliseconds that only ever grow. */
  now(): number;
  setTimeout(fn: () => void, ms: number): unknown;
  clearTimeout(handle: unknown): void;
}

/** Where chance comes from: a number of at least 0 and below 1. `Math.random` unless given. */
export type Random = () => number;

/** Is told what happens. One that throws is ignored; without one, no event object is made. */
export type Observer<E> = (event: E) => void;

/**
 * Whether running the call twice does no more than running it once.
 *
 * A function is asked only when the answer matters: by `retry` after a failure whose outcome is
 * unknown (with that error), by `hedge` when its delay has passed (with `undefined`). One that
 * throws or rejects means no.
 */
export type Idempotent = boolean | ((error: unknown) => boolean | PromiseLike<boolean>);

/** What a call tells the policies around it. */
export interface CallOptions {
  /** Ends the call: it rejects with the signal's reason at once, whatever `fn` does. */
  readonly signal?: AbortSignal;
  /** What {@link perKey} tells calls apart by, an endpoint for example. */
  readonly key?: unknown;
  /** @default false */
  readonly idempotent?: Idempotent;
  /** Set by an outer `retry`; 1 for a call of its own. */
  readonly attempt?: number;
}

/** What `fn` is given. */
export interface CallContext {
  /** Aborts when the caller gives up, a timeout passes, or another try has won. */
  readonly signal: AbortSignal;
  /** 1 for the first attempt. */
  readonly attempt: number;
  readonly key?: unknown;
  readonly idempotent?: Idempotent;
  /** `false`: nothing can abort it, so that `signal`, which costs something to make, need not be read. */
  readonly abortable?: boolean;
}

/** A value that runs calls its own way. Policies nest with {@link wrap}. */
export interface Policy {
  /**
   * Runs `fn` under this policy. A `fn` that throws, or returns no promise, is treated as one that
   * rejects or resolves. Rejects with `ConfigError`, `fn` not having run, for options that are no
   * object and a `signal` that is none.
   */
  execute<T>(fn: (context: CallContext) => T | PromiseLike<T>, options?: CallOptions): Promise<T>;
  /** Whether it holds something that must not be forgotten yet; `perKey` keeps such a policy. */
  readonly busy?: boolean;
}

/** How long to wait before trying again. Holds no state of a call, so callers may share it. */
export interface Backoff {
  /** The wait in ms before try number `retry` + 1 (`retry` is 1 after the first failure). */
  delayMs(retry: BackoffInput): number;
  /** The longest wait that this stands for. A server that asks for longer is not retried. */
  readonly maxMs?: number;
  /**
   * Whether chance spreads its delays. Then they come on top of the wait that a server asks for,
   * lest all that were told the same come back at the same time.
   */
  readonly jittered?: boolean;
}

export interface BackoffInput {
  readonly retry: number;
  /** What this backoff answered the last time in the same call. */
  readonly previousMs: number | undefined;
  readonly random: Random;
}

/**
 * What `retry` and `hedge` ask before they put more load on a server. One that throws pays for
 * nothing and breaks nothing.
 */
export interface Budget {
  /** Pays for one more try after `error`: what it cost, or `undefined` if there is not enough. */
  take(error?: unknown): number | undefined;
  /** A call succeeded; `cost` is what its last `take` cost, 0 if it needed none. */
  success(cost: number): void;
  /** One try failed with `error`. */
  failure(error: unknown): void;
  /** The try that `take` was paid for never began: `cost` comes back. */
  refund?(cost: number): void;
}
