import { check, isStale } from './health.js';
import type { Item } from './item.js';
import type { Partition } from './partition.js';
import { retire } from './retire.js';

/** Retires who is too old to be leased. Returns the first one that should be replaced. */
export function age<K, T>({ core, items }: Partition<K, T>): Item<K, T> | undefined {
  const { clock, lifetimeJitter, maxLifetimeMs } = core;
  if (!maxLifetimeMs) return;
  const now = clock.now();
  let worn: Item<K, T> | undefined;
  for (const item of items) {
    if (!item.live) continue;
    if (now >= item.expiresAt) void retire(item, 'lifetime');
    else if (now >= item.renewAt) worn ??= item;
    // The others are younger.
    else if (now < item.expiresAt - maxLifetimeMs * lifetimeJitter) break;
  }
  return worn;
}

/** Retires who has not been needed for long. Validates the others. */
export function tidy<K, T>(home: Partition<K, T>): void {
  const { clock, maxIdleMs, minIdle } = home.core;
  const now = clock.now();
  for (const item of home.items) {
    const { idleAt, leases, live, renewAt } = item;
    if (!live || leases) continue;
    const reason = now >= renewAt ? 'lifetime' : now - idleAt >= maxIdleMs && 'idle';
    if (reason && home.idle > minIdle) void retire(item, reason);
    else if (!item.checking && isStale(item)) check(item);
  }
}
