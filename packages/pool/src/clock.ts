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

/** Tells the time of the millisecond in which it was first asked, and forgets it after that. */
export interface CoarseClock {
  now(): number;
  stop(): void;
}

/** Reading the clock may cost as much as the rest of a lease, and nobody minds a millisecond. */
export function coarsen(clock: Clock): CoarseClock {
  let now = 0;
  let timer: unknown;
  const forget = () => {
    timer = undefined;
  };
  return {
    now: () => {
      if (timer === undefined) {
        // Whole numbers are kept in place; others would each take an allocation.
        now = Math.floor(clock.now());
        timer = startIdly(clock, 1, forget);
      }
      return now;
    },
    stop: () => clock.clearTimeout(timer),
  };
}

/** Calls `fn` after `ms`; 0: never. */
export function after(clock: Clock, ms: number, fn: () => void): unknown {
  return ms ? clock.setTimeout(fn, ms) : undefined;
}

/** Runs `work`, which may throw or hang, and settles after `ms` (0: no limit) at the latest. */
export function within<R>(
  clock: Clock,
  ms: number,
  what: string,
  work: () => R | PromiseLike<R>,
): Promise<R> {
  return new Promise<R>((resolve, reject) => {
    const tooLong = () => reject(new Error(`${what} took longer than ${ms} ms`));
    const timer = after(clock, ms, tooLong);
    const run = async () => work();
    // Settling a second time, after the timer did, changes nothing.
    void run()
      .then(resolve, reject)
      .then(() => clock.clearTimeout(timer));
  });
}
