import { holdProcess } from './clock.js';
import type { Core } from './core.js';
import type { Item } from './item.js';

/** The one timer for what just lies there: idle, aged and stale items, and leaked leases. */
export function createSweep<K, T>(core: Core<K, T>) {
  const { clock, cleanupIntervalMs, leakAfterMs, maxIdleMs, minIdle } = core.settings;
  const periodMs = Math.min(cleanupIntervalMs, leakAfterMs || Infinity);
  let timer: unknown;

  function start(): void {
    if (timer !== undefined || core.isClosed()) return;
    timer = clock.setTimeout(run, periodMs);
    holdProcess(timer, false);
  }

  function stop(): void {
    if (timer !== undefined) clock.clearTimeout(timer);
  }

  function run(): void {
    timer = undefined;
    const now = clock.now();
    for (const home of core.partitions.values()) {
      for (const item of home.items) if (item.state === 'live') look(item, now);
      core.settle(home, true);
    }
    reportLeaks(now);
    if (core.partitions.size > 0) start();
  }

  function look(item: Item<K, T>, now: number): void {
    const { home, held } = item;
    const spare = !held && home.idle > minIdle;
    if (now >= item.renewAt) {
      if (spare) void core.retire(item, 'lifetime');
      else home.worn.add(item);
    } else if (spare && maxIdleMs > 0 && now - item.idleAt >= maxIdleMs) {
      void core.retire(item, 'idle');
    } else if (!item.checking && core.isStale(item)) {
      core.check(item);
    }
  }

  function reportLeaks(now: number): void {
    for (const ticket of core.leased) {
      const { id: leaseId, background, item, stack } = ticket;
      const heldMs = now - ticket.since;
      if (heldMs < leakAfterMs) break;
      core.leased.delete(ticket);
      if (item === undefined || stack === undefined) continue;
      core.emit?.('pool.leak', item.home, { leaseId, background, itemId: item.id, heldMs, stack });
    }
  }

  return { start, stop };
}
