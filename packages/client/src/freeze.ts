import { isObject } from './check.js';

/** Freezes JSON all the way down: what many share, none may change. */
export function freeze(json: object): void {
  const found = new Set([json]);
  // A set that grows while it is walked is walked to its end.
  for (const object of found) {
    Object.freeze(object);
    for (const value of Object.values(object)) if (isObject(value)) found.add(value);
  }
}
