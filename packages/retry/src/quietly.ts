/** Calls what others gave us; what it throws is its own affair and counts as `undefined`. */
export function quietly<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch {
    return undefined;
  }
}
