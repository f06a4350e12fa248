import { isObject } from './check.js';

/** Calls a listener of the user's. If it fails, at once or later, that is no business of ours. */
export function tell<About>(listener: ((about: About) => unknown) | undefined, about: About): void {
  try {
    const told = listener?.(about);
    if (isObject(told)) Promise.resolve(told).catch(() => {});
  } catch {
    // What is told of must not break for it.
  }
}
