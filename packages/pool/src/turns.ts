import type { Core } from './core.js';
import type { Item } from './item.js';
import { retire } from './retire.js';

/** Frees a slot by giving up the item, of whatever key, that has been idle for longest. */
export function displace<K, T>(core: Core<K, T>): boolean {
  let longest: Item<K, T> | undefined;
  // A look at all is cheap beside the opening of another one, and only then is it taken.
  for (const { idle, items } of core.idle ? core.keys.values() : []) {
    for (const item of idle ? items : []) {
      if (!item.live || item.leases || item.checking) continue;
      if (!longest || item.rested < longest.rested) longest = item;
    }
  }
  if (longest) void retire(longest, 'displaced');
  return !!longest;
}

/**
 * Without free slots, a key whose items never rest would keep the others waiting for ever. So when
 * a lease ends, the first key in line that may take from this one gets the slot: if it has none, or
 * if the balance gets better by it; else the item stays where it is, for no gain is worth a new
 * connection for every lease.
 */
export function giveWay<K, T>(item: Item<K, T>): void {
  const { home, leases } = item;
  const { core } = home;
  const { turns } = core;
  // One busy item at a time. What has not ended when as many leases have as there can be is a long
  // one, and not waited for; nor is anything if the slot is free at once.
  if (leases > item.load || (leases && core.patience-- > 0)) return;
  for (const next of turns) {
    const has = next.live + next.creating.size;
    const gains = !has || home.live > has + 1;
    if (!gains && next !== home) continue;
    // A key that keeps its item had its turn; what one gains is not for who is before it in line.
    for (const other of [...turns]) {
      if ((other === next) === gains) continue;
      turns.delete(other);
      turns.add(other);
    }
    if (!gains) return;
    if (leases) core.patience = core.total * core.maxConcurrency;
    void retire(item, 'displaced');
    return;
  }
}
