import { holdProcess } from './clock.js';
import type { Partition } from './partition.js';

/** However long a key has been failing, it is tried again after this. */
const MAX_RETRY_DELAY_MS = 30_000;

/** Keeps the key from creating for a while. */
export function pause<K, T>(home: Partition<K, T>, error: unknown): void {
  const { clock, random, retryDelayMs, settle } = home.core;
  home.lastError = error;
  // What fails together counts once.
  if (home.retryTimer !== undefined) return;
  const most = Math.max(MAX_RETRY_DELAY_MS, retryDelayMs);
  const delayMs = Math.min(most, retryDelayMs * 2 ** home.failures++);
  if (delayMs === 0) return;
  const end = () => {
    home.retryTimer = undefined;
    settle(home);
  };
  home.retryTimer = clock.setTimeout(end, (delayMs * (1 + random())) / 2);
  holdProcess(home.retryTimer, false);
}

/** Forgets that the key has failed. */
export function resume<K, T>(home: Partition<K, T>): void {
  home.failures = 0;
  home.core.clock.clearTimeout(home.retryTimer);
  home.retryTimer = undefined;
}
