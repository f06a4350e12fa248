import type { Clock } from './ports.js';

export const systemClock: Clock = {
  now: () => performance.now(),
  setTimeout: (fn, ms) => setTimeout(fn, ms),
  clearTimeout: (handle) => clearTimeout(handle as ReturnType<typeof setTimeout>),
};

// Timers hold a signed 32-bit number of ms; one more and they fire at once (HTML, "timers").
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Runs `fn` once, `ms` from now, however far that is; `Infinity` is never. Returns the way to stop it. */
export function after(clock: Clock, ms: number, fn: () => void): () => void {
  if (ms === Infinity) return () => {};
  let handle: unknown;
  const arm = (restMs: number): void => {
    handle =
      restMs > LONGEST_TIMER_MS
        ? clock.setTimeout(() => arm(restMs - LONGEST_TIMER_MS), LONGEST_TIMER_MS)
        : clock.setTimeout(fn, restMs);
  };
  arm(ms);
  return () => clock.clearTimeout(handle);
}
