import type { CallContext, CallOptions } from './ports.js';

/** The function that a policy runs. */
export type Fn<T> = (context: CallContext) => T | PromiseLike<T>;

// An AbortSignal costs more than all the rest of a call, and most functions under a retry without
// a caller's signal never look at it. So it is made when first read. The map knows such contexts
// (a copy by spread is not in it, but carries a real signal) and whether they can abort at all.
const lazy = new WeakMap<object, boolean>();

/** A context whose signal is made by `signal()` when first read. */
export function lazyContext(
  signal: () => AbortSignal,
  canAbort: boolean,
  attempt: number,
  options: CallOptions | undefined,
): CallContext {
  let made: AbortSignal | undefined;
  const context: CallContext = {
    get signal() {
      made ??= signal();
      return made;
    },
    attempt,
    key: options?.key,
    idempotent: options?.idempotent,
  };
  lazy.set(context, canAbort);
  return context;
}

const neverAborts = () => new AbortController().signal;

/** The context of attempt number `attempt` of a call that only its caller can abort. */
export function contextOf(
  options: CallOptions | undefined,
  attempt = options?.attempt ?? 1,
): CallContext {
  const signal = signalOf(options);
  if (signal === undefined) return lazyContext(neverAborts, false, attempt, options);
  return { signal, attempt, key: options?.key, idempotent: options?.idempotent };
}

/** The context for a policy that adds nothing of its own: the outer one where there is one. */
export function passOn(options: CallOptions | undefined): CallContext {
  return options !== undefined && lazy.has(options) ? (options as CallContext) : contextOf(options);
}

/** The signal that may end the call; `undefined` if nothing can. */
export function signalOf(options: CallOptions | undefined): AbortSignal | undefined {
  return options === undefined || lazy.get(options) === false ? undefined : options.signal;
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
