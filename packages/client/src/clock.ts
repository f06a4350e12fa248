import { follow } from './follow.js';
import type { Clock } from './ports.js';

export const systemClock: Clock = {
  now: () => performance.now(),
  setTimeout: (fn, ms) => setTimeout(fn, ms),
  clearTimeout: (handle) => clearTimeout(handle as ReturnType<typeof setTimeout>),
};

/** The longest delay that `setTimeout` keeps; above it, timers fire at once. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/** Whether `ms` is a deadline at all: 0 and Infinity mean none. */
export const isDeadline = (ms: number): boolean => ms > 0 && ms < Infinity;

/** Calls `fn` once, `ms` from now, however far that is. Returns what stops that. */
export function after(clock: Clock, ms: number, fn: () => void): () => void {
  if (ms <= MAX_TIMER_MS) {
    const handle = clock.setTimeout(fn, ms);
    return () => clock.clearTimeout(handle);
  }
  let stop = after(clock, MAX_TIMER_MS, () => {
    stop = after(clock, ms - MAX_TIMER_MS, fn);
  });
  return () => stop();
}

/** Resolves after `ms`, or at once when `signal` aborts. */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      clock.clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = clock.setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
  });
}

/** Settles as `work` does, or rejects with the signal's reason once that aborts. */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const stay = follow(signal, () => reject(signal.reason));
    work.then(resolve, reject).then(stay, stay);
  });
}
