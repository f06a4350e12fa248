/** Calls back. What a callback throws or rejects with must not break who calls it. */
export function tell<A>(callback: ((said: A) => unknown) | undefined, said: A): void {
  try {
    Object(callback?.(said)).then?.(undefined, () => {});
  } catch {
    // See above.
  }
}
