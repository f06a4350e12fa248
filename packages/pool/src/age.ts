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
