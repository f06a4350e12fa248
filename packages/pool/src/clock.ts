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

/**
 * Tells the time of day of things that matter only much later, without looking at the clock every
 * time: reading it may cost as much as the rest of a lease. Never late, and early by `slackMs` at most.
 */
export class CoarseClock {
  readonly #clock: Clock;
  readonly #slackMs: number;
  #now = 0;
  #timer: unknown;

  constructor(clock: Clock, slackMs: number) {
    this.#clock = clock;
    this.#slackMs = slackMs;
  }

  now(): number {
    if (this.#timer === undefined) this.#look();
    return this.#now;
  }

  stop(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    // Whole numbers are kept in place; others would each take an allocation.
    this.#now = Math.floor(this.#clock.now());
    if (this.#slackMs < 1) return;
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = undefined;
    }, this.#slackMs);
    holdProcess(this.#timer, false);
  }
}

/** Runs `work`, which may throw or hang, and settles after `ms` (0: no limit) at the latest. */
export function within<R>(
  clock: Clock,
  ms: number,
  what: string,
  work: () => R | PromiseLike<R>,
): Promise<R> {
  return new Promise<R>((resolve, reject) => {
    const timer =
      ms > 0
        ? clock.setTimeout(() => reject(new Error(`${what} took longer than ${ms} ms`)), ms)
        : undefined;
    const stop = () => timer !== undefined && clock.clearTimeout(timer);
    const run = async () => work();
    // Settling a second time, after the timer did, changes nothing.
    void run().then(resolve, reject).then(stop);
  });
}
