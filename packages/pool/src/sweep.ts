import { tidy } from './age.js';
import { startIdly } from './clock.js';
import type { Core } from './core.js';

/** Starts the one timer for what just lies there: idle, aged and stale items, and leaked leases. */
export function startSweep<K, T>(core: Core<K, T>): void {
  if (core.closing) return;
  const periodMs = Math.min(core.cleanupIntervalMs, core.leakAfterMs || Infinity);
  core.cleanup ??= startIdly(core.clock, periodMs, () => {
    core.cleanup = undefined;
    for (const home of core.keys.values()) {
      tidy(home);
      core.settle(home, true);
    }
    for (const ticket of core.leases) ticket.leak();
    if (core.keys.size) startSweep(core);
  });
}
