import { holdProcess } from './clock.js';
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
  if (home.timer !== undefined) return;
  const mostMs = Math.max(MAX_RETRY_DELAY_MS, core.retryDelayMs);
  const delayMs = Math.min(mostMs, core.retryDelayMs * 2 ** home.failures++);
  if (!delayMs || (error as Partial<PoolFullError> | null | undefined)?.retryable === false) return;
  const end = () => {
    home.timer = undefined;
    core.settle(home);
  };
  home.timer = core.clock.setTimeout(end, (delayMs * (1 + core.random())) / 2);
  holdProcess(home.timer, false);
}

/** Forgets that the key has failed. */
export function resume<K, T>(home: Partition<K, T>): void {
  home.failures = 0;
  home.error = undefined;
  home.core.clock.clearTimeout(home.timer);
  home.timer = undefined;
}
