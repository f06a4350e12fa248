import type { Clock } from './ports.js';

export const systemClock: Clock = {
  now: () => performance.now(),
  setTimeout: (fn, ms) => setTimeout(fn, ms),
  clearTimeout: (handle) => clearTimeout(handle as ReturnType<typeof setTimeout>),
};

/** Whether a Node process stays alive for this timer. Browsers have nothing to keep alive. */
export function holdProcess(timer: unknown, hold: boolean): void {
  (timer as Partial<Record<'ref' | 'unref', () => void>> | undefined)?.[hold ? 'ref' : 'unref']?.();
}

/** Starts a timer that keeps no process alive. */
export function startIdly(clock: Clock, ms: number, fn: () => void): unknown {
  const timer = clock.setTimeout(fn, ms);
  holdProcess(timer, false);
  return timer;
}

/** Tells how long ago it was started. */
export type Stopwatch = () => number;

export function startWatch(clock: Clock): Stopwatch {
  const startedAt = clock.now();
  return () => clock.now() - startedAt;
}

/** Calls `fn` after `ms`; 0: never. */
export function after(clock: Clock, ms: number, fn: () => void): unknown {
  return ms ? clock.setTimeout(fn, ms) : undefined;
}

/** What became of `work`, or its error: that it took too long, after `ms` (0: no limit). */
export function within(
  clock: Clock,
  ms: number,
  what: string,
  work: () => Promise<unknown>,
): Promise<unknown> {
  return new Promise((resolve) => {
    const timer = after(clock, ms, () => resolve(new Error(`${what} took longer than ${ms} ms`)));
    // Resolving a second time, after the timer did, changes nothing.
    void work()
      .then(resolve, resolve)
      .then(() => clock.clearTimeout(timer));
  });
}
