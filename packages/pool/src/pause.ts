import { startIdly } from './clock.js';
import type { PoolFullError } from './errors.js';
import type { Partition } from './partition.js';

/** However long a key has been failing, it is tried again after this. */
const MAX_RETRY_DELAY_MS = 30_000;

/**
 * Keeps the key from creating for a while; not after an error that says `retryable: false`, because
 * time would not mend it, and the next caller should hear of it at once.
 */
export function pause<K, T>(home: Partition<K, T>, error: unknown): void {
  const { core } = home;
  home.error = error;
  // What fails together counts once.
  if (home.pausing) return;
  const mostMs = Math.max(MAX_RETRY_DELAY_MS, core.retryDelayMs);
  const delayMs = Math.min(mostMs, core.retryDelayMs * 2 ** home.failures++);
  if (!delayMs || (error as Partial<PoolFullError> | null | undefined)?.retryable === false) return;
  const waitMs = (delayMs * (1 + core.random())) / 2;
  const start = (pausing: boolean) => {
    const end = () => {
      home.pauseTimer = undefined;
      // The key stays known for as long again: who comes and fails then waits longer.
      if (pausing) start(false);
      core.settle(home);
    };
    core.clock.clearTimeout(home.pauseTimer);
    home.pausing = pausing;
    home.pauseTimer = startIdly(core.clock, waitMs, end);
  };
  start(true);
}

/** Forgets that the key has failed. */
export function resume<K, T>(home: Partition<K, T>): void {
  home.failures = 0;
  home.error = undefined;
  home.core.clock.clearTimeout(home.pauseTimer);
  home.pauseTimer = undefined;
  home.pausing = false;
}
