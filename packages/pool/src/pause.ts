import { startIdly } from './clock.js';
import type { PoolFullError } from './errors.js';
import type { Partition } from './partition.js';

/**
 * Keeps the key from creating for a while; not after an error that says `retryable: false`, because
 * time would not mend it, and the next caller should hear of it at once.
 */
export function pause<K, T>(home: Partition<K, T>, error: unknown): void {
  const { core } = home;
  const { clock, retryDelayMs } = core;
  home.error = error;
  // What fails together counts once.
  if (home.pausing) return;
  // However long a key has been failing, it is tried again after 30 s.
  const mostMs = Math.max(30_000, retryDelayMs);
  const delayMs = Math.min(mostMs, retryDelayMs * 2 ** home.failures++);
  if (!delayMs || (error as Partial<PoolFullError> | null | undefined)?.retryable === false) return;
  const waitMs = (delayMs * (1 + core.random())) / 2;
  const end = () => {
    // The key stays known for as long again: who comes and fails then waits longer.
    home.pauseTimer = home.pausing ? startIdly(clock, waitMs, end) : undefined;
    home.pausing = false;
    core.settle(home);
  };
  clock.clearTimeout(home.pauseTimer);
  home.pauseTimer = startIdly(clock, waitMs, end);
  home.pausing = true;
}

/** Forgets that the key has failed. */
export function resume<K, T>(home: Partition<K, T>): void {
  home.failures = 0;
  home.error = undefined;
  home.core.clock.clearTimeout(home.pauseTimer);
  home.pauseTimer = undefined;
  home.pausing = false;
}
