import type { Delivery } from '../src/index.js';

export interface Shape {
  delivery?: Delivery;
  retryable?: boolean;
  retryAfterMs?: number;
}

/** An error that says of itself what the transports' errors say. */
export const failure = (shape: Shape = {}, message = 'failed'): Error & Shape =>
  Object.assign(new Error(message), shape);

export const notSent = () => failure({ delivery: 'not-sent' });
export const unknown = () => failure({ delivery: 'unknown' });
export const answered = () => failure({ delivery: 'answered' });

export const never = () => new Promise<never>(() => {});

/** A call whose end the test decides. */
export function deferred<T = string>() {
  let resolve: (value: T) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  // Not every test calls the function that would take it.
  promise.catch(() => {});
  return { promise, resolve, reject };
}

/** How a promise stands, without waiting for it. */
export function watch<T>(promise: Promise<T>) {
  const seen: { state: 'pending' | 'resolved' | 'rejected'; value?: T; error?: unknown } = {
    state: 'pending',
  };
  promise.then(
    (value) => Object.assign(seen, { state: 'resolved', value }),
    (error) => Object.assign(seen, { state: 'rejected', error }),
  );
  return seen;
}

/** A signal that counts who listens. */
export function countingSignal() {
  const controller = new AbortController();
  const { signal } = controller;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  const listening = new Map<() => void, () => void>();
  signal.addEventListener = ((type: string, listener: () => void) => {
    const once = () => {
      listening.delete(listener);
      listener();
    };
    listening.set(listener, once);
    add(type, once, { once: true });
  }) as typeof signal.addEventListener;
  signal.removeEventListener = ((type: string, listener: () => void) => {
    const once = listening.get(listener);
    if (once) remove(type, once);
    listening.delete(listener);
  }) as typeof signal.removeEventListener;
  return {
    signal,
    abort: (reason?: unknown) => controller.abort(reason),
    get listeners() {
      return listening.size;
    },
  };
}
