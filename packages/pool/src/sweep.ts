import { tidy } from './age.js';
import { startIdly } from './clock.js';
import type { Core } from './core.js';

/** Starts the one timer for what just lies there: idle, aged and stale items, and leaked leases. */
export function startSweep<K, T>(core: Core<K, T>): void {
  if (core.cleanup !== undefined || core.closing) return;
  const sweep = () => {
    core.cleanup = undefined;
    for (const home of core.keys.values()) {
      tidy(home);
      core.settle(home, true);
    }
    // The first one is the oldest.
    for (const ticket of core.leases) if (!ticket.leak()) break;
    if (core.keys.size) startSweep(core);
  };
  const periodMs = Math.min(core.cleanupIntervalMs, core.leakAfterMs || Infinity);
  core.cleanup = startIdly(core.clock, periodMs, sweep);
}
