import type { Item } from './item.js';
import type { Partition } from './partition.js';

/*
 * Finds the least loaded item of a key without looking at the others. Among equals the one that
 * came last goes first, so that what is not needed stays idle and ages out.
 */

/** Whether the item may be leased, for background work if not for more. */
export function isOffered<K, T>({ live, checking, uses, home }: Item<K, T>): boolean {
  return live && !checking && uses < home.core.maxUses;
}

/** Puts the item where its load belongs, if it may be leased. */
export function shelve<K, T>(item: Item<K, T>): void {
  const { home } = item;
  if (item.load >= home.core.maxConcurrency || !isOffered(item)) return;
  const displaced = item.load ? item : home.spare;
  // The pool that is never busy needs no more than this.
  if (!item.load) home.spare = item;
  if (displaced) stack(displaced);
}

/** Takes the item away, if it is here. Its load must be what it was when it came. */
export function unshelve<K, T>(item: Item<K, T>): void {
  const { home, load, slot } = item;
  if (home.spare === item) home.spare = undefined;
  else if (slot >= 0) {
    const level = home.levels[load] ?? [];
    const last = level.pop() ?? item;
    item.slot = -1;
    if (last === item) return;
    level[slot] = last;
    last.slot = slot;
  }
}

export function leastLoaded<K, T>(home: Partition<K, T>): Item<K, T> | undefined {
  if (home.spare) return home.spare;
  const { levels } = home;
  while (home.lowest < levels.length && !levels[home.lowest]?.length) home.lowest++;
  return levels[home.lowest]?.at(-1);
}

function stack<K, T>(item: Item<K, T>): void {
  const { home, load } = item;
  home.levels[load] ??= [];
  item.slot = home.levels[load].push(item) - 1;
  home.lowest = Math.min(home.lowest, load);
}
