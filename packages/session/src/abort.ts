/** Calls `fn` with the reason when the signal aborts; returns what stops that. */
export function onAbort(
  signal: AbortSignal | undefined,
  fn: (reason: unknown) => void,
): (() => void) | undefined {
  if (!signal) return undefined;
  const abort = () => fn(signal.reason);
  signal.addEventListener('abort', abort);
  return () => signal.removeEventListener('abort', abort);
}
