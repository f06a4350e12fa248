import { holdProcess } from './clock.js';
import type { Core } from './core.js';
import { check, isStale } from './health.js';
import type { Item } from './item.js';
import { retire } from './retire.js';

/** Starts the one timer for what just lies there: idle, aged and stale items, and leaked leases. */
export function startSweep<K, T>(core: Core<K, T>): void {
  const { cleanupIntervalMs, clock, homes, leakAfterMs, settle } = core;
  if (core.sweepTimer !== undefined || core.onQuiet) return;
  const sweep = () => {
    core.sweepTimer = undefined;
    const now = clock.now();
    for (const home of homes.values()) {
      for (const item of home.items) if (item.live) look(item, now);
      settle(home, true);
    }
    reportLeaks(core);
    if (homes.size) startSweep(core);
  };
  core.sweepTimer = clock.setTimeout(sweep, Math.min(cleanupIntervalMs, leakAfterMs || Infinity));
  holdProcess(core.sweepTimer, false);
}

function look<K, T>(item: Item<K, T>, now: number): void {
  const { home, idleAt, leases, renewAt } = item;
  const { maxIdleMs, minIdle } = home.core;
  const spare = !leases && home.idle > minIdle;
  if (spare && now >= renewAt) void retire(item, 'lifetime');
  else if (spare && maxIdleMs && now - idleAt >= maxIdleMs) void retire(item, 'idle');
  else if (!item.checking && now < renewAt && isStale(item)) check(item);
}

function reportLeaks<K, T>({ emit, leakAfterMs, leased }: Core<K, T>): void {
  for (const ticket of leased) {
    const { about, item, stack } = ticket;
    const heldMs = ticket.elapsed();
    if (heldMs < leakAfterMs) break;
    leased.delete(ticket);
    if (item && stack)
      emit?.('pool.leak', item.home.name, { ...about, itemId: item.id, heldMs, stack });
  }
}
