import { tidy } from './age.js';
import { holdProcess } from './clock.js';
import type { Core } from './core.js';

/** Starts the one timer for what just lies there: idle, aged and stale items, and leaked leases. */
export function startSweep<K, T>(core: Core<K, T>): void {
  const { cleanupIntervalMs, clock, homes, leakAfterMs, settle } = core;
  if (core.sweepTimer !== undefined || core.onQuiet) return;
  const sweep = () => {
    core.sweepTimer = undefined;
    for (const home of homes.values()) {
      tidy(home);
      settle(home, true);
    }
    // The first one is the oldest.
    for (const ticket of core.leased) if (!ticket.leaks()) break;
    if (homes.size) startSweep(core);
  };
  core.sweepTimer = clock.setTimeout(sweep, Math.min(cleanupIntervalMs, leakAfterMs || Infinity));
  holdProcess(core.sweepTimer, false);
}
