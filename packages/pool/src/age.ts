import { check, isStale } from './health.js';
import type { Item } from './item.js';
import type { Partition } from './partition.js';
import { retire } from './retire.js';

/** Retires who is too old to be leased. Returns the first one that should be replaced. */
export function age<K, T>(home: Partition<K, T>): Item<K, T> | undefined {
  const { core } = home;
  const { maxLifetimeMs } = core;
  if (!maxLifetimeMs) return;
  const now = core.clock.now();
  let worn: Item<K, T> | undefined;
  for (const item of home.items) {
    if (!item.live) continue;
    if (now >= item.expiresAt) void retire(item, 'lifetime');
    else if (now >= item.renewAt) worn ??= item;
    // The others are younger.
    else if (now < item.expiresAt - maxLifetimeMs * core.lifetimeJitter) break;
  }
  return worn;
}

/** Retires who has not been needed for long. Validates the others. */
export function tidy<K, T>(home: Partition<K, T>): void {
  const { core, items } = home;
  const now = core.clock.now();
  for (const item of items) {
    if (!item.live || item.leases) continue;
    const isIdle = now - item.idleAt >= core.maxIdleMs;
    if (home.idle > core.minIdle && (isIdle || now >= item.renewAt)) {
      void retire(item, isIdle ? 'idle' : 'lifetime');
    } else if (!item.checking && isStale(item)) {
      void check(item);
    }
  }
}
