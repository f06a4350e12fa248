import type { Core } from './core.js';
import { longestIdle } from './idle.js';
import type { Item } from './item.js';
import type { Partition } from './partition.js';
import { retire } from './retire.js';

export function hasSlot<K, T>({ total, maxTotal }: Core<K, T>): boolean {
  return total < maxTotal;
}

/** Frees a slot by giving up the item, of whatever key, that has been idle for longest. */
export function displace<K, T>(forKey: Partition<K, T>): boolean {
  const { core } = forKey;
  const item = longestIdle(core);
  if (!item) return false;
  void retire(item, 'displaced');
  // It may have been in validation for somebody, who now needs another one.
  if (item.home !== forKey && item.home.queued) core.turns.add(item.home);
  return hasSlot(core);
}

/**
 * Without free slots, a key whose items never rest would keep the others waiting for ever. So when
 * a lease ends, it is the turn of the first key in line: another key gets the slot if it has none,
 * or if the balance gets better by it; else the item stays where it is, for no gain is worth a
 * new connection for every lease.
 */
export function giveWay<K, T>(item: Item<K, T>): void {
  const { home, leases, load } = item;
  const { core } = home;
  const { turns } = core;
  const [next] = turns;
  if (!next || core.yielding || leases > load) return;
  const has = next.live + next.creations.size;
  if (next === home) {
    turns.delete(home);
    turns.add(home);
  } else if (!has || home.live > has + 1) {
    if (leases) core.yielding = item;
    void retire(item, 'displaced');
  }
}
