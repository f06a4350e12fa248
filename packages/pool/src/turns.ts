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
  if (!longest) return false;
  void retire(longest, 'displaced');
  return true;
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
  const has = next.live + next.creating.size;
  if (next === home) {
    turns.delete(home);
    turns.add(home);
  } else if (!has || home.live > has + 1) {
    if (leases) core.yielding = item;
    void retire(item, 'displaced');
  }
}
