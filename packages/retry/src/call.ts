import { isObject } from './delivery.js';
import { check, having, object } from './options.js';
import type { CallContext, CallOptions, Idempotent } from './ports.js';

/** The function that a policy runs. */
export type Fn<T> = (context: CallContext) => T | PromiseLike<T>;

// An AbortSignal costs more than all the rest of a call, and most functions never look at it. So it
// is made when first read, by a getter that is the context's own: a copy by spread has the signal.
export class LazyContext implements CallContext {
  static readonly #signal: PropertyDescriptor & ThisType<LazyContext> = {
    enumerable: true,
    get() {
      const source = this.#source;
      this.#made ??= typeof source === 'function' ? source() : new AbortController().signal;
      return this.#made;
    },
  };

  declare readonly signal: AbortSignal;
  readonly attempt: number;
  readonly key: unknown;
  readonly idempotent: Idempotent | undefined;
  readonly #source: AbortSignal | (() => AbortSignal) | undefined;
  #made: AbortSignal | undefined;

  /** The signal, or what makes it; with neither nothing can abort it. */
  constructor(
    source: AbortSignal | (() => AbortSignal) | undefined,
    options: CallOptions | undefined,
    attempt = options?.attempt ?? 1,
  ) {
    if (typeof source === 'object') this.signal = source;
    else Object.defineProperty(this, 'signal', LazyContext.#signal);
    this.attempt = attempt;
    this.key = options?.key;
    this.idempotent = options?.idempotent;
    this.#source = source;
  }

  // On the prototype, because a copy may have been given another signal.
  get abortable(): boolean {
    return !!this.#source;
  }

  // By the private brand, which no copy has.
  static is(options: unknown): options is LazyContext {
    return isObject(options) && #source in options;
  }
}

/** The context of attempt number `attempt` of a call that only its caller can abort. */
export function contextOf(options: CallOptions | undefined, attempt?: number): CallContext {
  return new LazyContext(signalOf(options), options, attempt);
}

/** The context for a policy that adds nothing to it: the outer one's own where there is one. */
export function passOn(options: CallOptions | undefined): CallContext {
  return LazyContext.is(options) ? options : contextOf(options);
}

// `null` is none, as it is for `fetch`.
function signalOf(options: CallOptions | undefined): AbortSignal | undefined {
  return LazyContext.is(options) && !options.abortable ? undefined : (options?.signal ?? undefined);
}

// By its shape: one of another realm will do.
const abortSignal = having('throwIfAborted');

/**
 * What every policy begins a call with: the signal that may end it; `undefined` if nothing can.
 * @throws ConfigError for wrong options, and the signal's reason if it has aborted.
 */
export function begin(options: CallOptions | undefined): AbortSignal | undefined {
  if (options === undefined) return undefined;
  // Our own are right, and most calls come through several policies.
  const own = LazyContext.is(options);
  if (!own) check('call options', options, object);
  const signal = signalOf(options);
  if (signal) {
    if (!own) check('signal', signal, abortSignal);
    signal.throwIfAborted();
  }
  return signal;
}

/** Runs `fn`, as if it were always an async function. */
export function invoke<T>(fn: Fn<T>, context: CallContext): Promise<T> {
  return new Promise((resolve) => resolve(fn(context)));
}

/**
 * Settles as `promise` does, or rejects with the signal's reason as soon as it aborts; what
 * `promise` does after that is nobody's business. Leaves no listener behind.
 */
export function orAborted<T>(
  promise: T | PromiseLike<T>,
  signal: AbortSignal | undefined,
): T | PromiseLike<T> {
  if (signal === undefined) return promise;
  return new Promise<T>((resolve, reject) => {
    const stop = onAbort(signal, () => reject(signal.reason));
    Promise.resolve(promise).then(
      (value) => {
        stop();
        resolve(value);
      },
      (error) => {
        stop();
        reject(error);
      },
    );
  });
}

/** Runs `fn` for a policy that adds nothing to its context. */
export async function run<T>(fn: Fn<T>, options: CallOptions | undefined): Promise<T> {
  const signal = begin(options);
  return orAborted(invoke(fn, passOn(options)), signal);
}

/** Calls `listener` once when `signal` aborts, at once if it has. Returns the way to stop that. */
export function onAbort(signal: AbortSignal | undefined, listener: () => void): () => void {
  if (signal?.aborted) listener();
  else signal?.addEventListener('abort', listener, { once: true });
  return () => signal?.removeEventListener('abort', listener);
}

/**
 * Waits until `arm`'s `go` is called, or rejects with the reason when `signal` aborts. Calls what
 * `arm` gave back either way.
 */
export function until(
  signal: AbortSignal | undefined,
  arm: (go: () => void) => () => unknown,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const disarm = arm(() => {
      stop();
      disarm();
      resolve();
    });
    const stop = onAbort(signal, () => {
      disarm();
      reject(signal?.reason);
    });
  });
}

/** Waits in `line` until called or aborted, and leaves the line with that. */
export function waitIn(line: Set<() => void>, signal: AbortSignal | undefined): Promise<void> {
  return until(signal, (go) => {
    line.add(go);
    return () => line.delete(go);
  });
}
