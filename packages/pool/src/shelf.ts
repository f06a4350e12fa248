import type { Item } from './item.js';
import type { Partition } from './partition.js';

/*
 * Finds the least loaded item of a key without looking at the others. Among equals the one that
 * came last goes first, so that what is not needed stays idle and ages out.
 */

/** Whether the item may be leased, for background work if not for more. */
export function isOffered<K, T>(item: Item<K, T>): boolean {
  return item.live && !item.checking && item.uses < item.home.core.maxUses;
}

/** Puts the item where its load belongs, if it may be leased. */
export function shelve<K, T>(item: Item<K, T>): void {
  const { home, load } = item;
  if (load >= home.core.maxConcurrency || !isOffered(item)) return;
  // The pool that is never busy needs no more than a spare one, which carries nothing.
  const other = load ? item : home.spare;
  if (!load) home.spare = item;
  if (!other) return;
  home.levels[load] ??= [];
  other.slot = home.levels[load].push(other) - 1;
  home.lowest = Math.min(home.lowest, load);
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
  while (home.lowest < home.levels.length && !home.levels[home.lowest]?.length) home.lowest++;
  return home.levels[home.lowest]?.at(-1);
}
