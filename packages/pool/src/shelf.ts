import type { Item } from './item.js';

/**
 * The items of one key that have room, by how many leases each carries: finding the least loaded
 * one never looks at the others. Among equals the one that came last goes first, so that what is
 * not needed stays idle and ages out.
 */
export interface Shelf<K, T> {
  /** The last comer of those without leases. */
  free: Item<K, T> | undefined;
  /** The last comer of those with 1, 2, ... leases. */
  readonly busy: (Item<K, T> | undefined)[];
  /** No busy one carries less than this. */
  lowest: number;
}

export function put<K, T>(shelf: Shelf<K, T>, item: Item<K, T>): void {
  const { load } = item;
  item.shelved = true;
  if (load === 0) {
    item.below = shelf.free;
    shelf.free = item;
    return;
  }
  const below = shelf.busy[load];
  item.below = below;
  item.above = undefined;
  if (below !== undefined) below.above = item;
  shelf.busy[load] = item;
  if (load < shelf.lowest) shelf.lowest = load;
}

/** Takes the item away, if it is here. Its load must be what it was when it came. */
export function take<K, T>(shelf: Shelf<K, T>, item: Item<K, T>): void {
  if (!item.shelved) return;
  const { above, below, load } = item;
  item.shelved = false;
  if (shelf.free === item) {
    shelf.free = below;
  } else if (load === 0) {
    // Only an item that dies leaves from the middle. Not to look at its neighbour on every lease
    // is worth the search.
    let upper = shelf.free;
    while (upper !== undefined && upper.below !== item) upper = upper.below;
    if (upper !== undefined) upper.below = below;
  } else {
    if (above === undefined) shelf.busy[load] = below;
    else above.below = below;
    if (below !== undefined) below.above = above;
  }
  item.below = undefined;
}

export function least<K, T>(shelf: Shelf<K, T>): Item<K, T> | undefined {
  if (shelf.free !== undefined) return shelf.free;
  while (shelf.lowest < shelf.busy.length) {
    const item = shelf.busy[shelf.lowest];
    if (item !== undefined) return item;
    shelf.lowest++;
  }
  return undefined;
}
