/** Calls somebody's function, which may throw, or be async and reject. */
export function guarded(call: () => unknown, onFailed: (error: unknown) => void): void {
  try {
    const outcome = call();
    if (isThenable(outcome)) outcome.then(undefined, onFailed);
  } catch (error) {
    onFailed(error);
  }
}

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as PromiseLike<unknown> | undefined)?.then === 'function';
