import type { CallContext, CallOptions, Idempotent } from './ports.js';

/** The function that a policy runs. */
export type Fn<T> = (context: CallContext) => T | PromiseLike<T>;

// An AbortSignal costs more than all the rest of a call, and most functions never look at it. So it
// is made when first read, by a getter that is the context's own: a copy by spread has the signal.
const SIGNAL: PropertyDescriptor & ThisType<LazyContext> = {
  enumerable: true,
  get() {
    return LazyContext.read(this);
  },
};

class LazyContext implements CallContext {
  declare readonly signal: AbortSignal;
  readonly attempt: number;
  readonly key: unknown;
  readonly idempotent: Idempotent | undefined;
  readonly #make: (() => AbortSignal) | undefined;
  #made: AbortSignal | undefined;

  constructor(
    make: (() => AbortSignal) | undefined,
    attempt: number,
    options: CallOptions | undefined,
  ) {
    Object.defineProperty(this, 'signal', SIGNAL);
    this.attempt = attempt;
    this.key = options?.key;
    this.idempotent = options?.idempotent;
    this.#make = make;
  }

  // On the prototype, because a copy may have been given another signal.
  get abortable(): boolean {
    return !!this.#make;
  }

  static read(context: LazyContext): AbortSignal {
    context.#made ??= context.#make?.() ?? new AbortController().signal;
    return context.#made;
  }

  // By the private brand, which no copy has.
  static is(options: CallOptions): options is LazyContext {
    return #make in options;
  }
}

/** A context whose signal is made by `make` when first read; without `make`, one that never aborts. */
export function lazyContext(
  make: (() => AbortSignal) | undefined,
  options: CallOptions | undefined,
  attempt = options?.attempt ?? 1,
): CallContext {
  return new LazyContext(make, attempt, options);
}

/** The context of attempt number `attempt` of a call that only its caller can abort. */
export function contextOf(
  options: CallOptions | undefined,
  attempt = options?.attempt ?? 1,
): CallContext {
  const signal = signalOf(options);
  if (signal === undefined) return lazyContext(undefined, options, attempt);
  return { signal, attempt, key: options?.key, idempotent: options?.idempotent };
}

/** The context for a policy that adds nothing to it: the outer one's own where there is one. */
export function passOn(options: CallOptions | undefined): CallContext {
  return options !== undefined && LazyContext.is(options) ? options : contextOf(options);
}

/** The signal that may end the call; `undefined` if nothing can. */
export function signalOf(options: CallOptions | undefined): AbortSignal | undefined {
  return options && (LazyContext.is(options) && !options.abortable ? undefined : options.signal);
}

/** Runs `fn`, as if it were always an async function. */
export function invoke<T>(fn: Fn<T>, context: CallContext): Promise<T> {
  return new Promise((resolve) => resolve(fn(context)));
}

/**
 * Settles as `promise` does, or rejects with the signal's reason as soon as it aborts; what
 * `promise` does after that is nobody's business. Leaves no listener behind.
 */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise<T>((resolve, reject) => {
    const stop = onAbort(signal, () => reject(signal.reason));
    promise.then(
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
  const signal = signalOf(options);
  signal?.throwIfAborted();
  return orAborted(invoke(fn, passOn(options)), signal);
}

/** Calls `listener` once when `signal` aborts, at once if it has. Returns the way to stop that. */
export function onAbort(signal: AbortSignal | undefined, listener: () => void): () => void {
  if (signal === undefined) return () => {};
  if (signal.aborted) {
    listener();
    return () => {};
  }
  signal.addEventListener('abort', listener, { once: true });
  return () => signal.removeEventListener('abort', listener);
}

/**
 * Waits until `arm`'s `go` is called; or, when `signal` aborts, calls what `arm` gave back and
 * rejects with the reason.
 */
export function until(
  signal: AbortSignal | undefined,
  arm: (go: () => void) => () => unknown,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const disarm = arm(() => {
      stop();
      resolve();
    });
    const stop = onAbort(signal, () => {
      disarm();
      reject(signal?.reason);
    });
  });
}

/** Waits in `line` until called; an abort leaves the line. Who calls takes the caller out of it. */
export function waitIn(line: Set<() => void>, signal: AbortSignal | undefined): Promise<void> {
  return until(signal, (go) => {
    line.add(go);
    return () => line.delete(go);
  });
}
