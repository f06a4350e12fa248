import type { Item } from './item.js';

const NONE: never[] = [];

/**
 * The items of one key that have room, by how many leases each carries: finding the least loaded
 * one never looks at the others. Among equals the one that came last goes first, so that what is
 * not needed stays idle and ages out.
 */
export class Shelf<K, T> {
  /** The last comer of those without leases, and of those with 1, 2, ...: few keys need the second. */
  #free: Item<K, T> | undefined;
  #busy: (Item<K, T> | undefined)[] = NONE;
  /** No busy one carries less than this. */
  #lowest = 1;

  put(item: Item<K, T>): void {
    const { load } = item;
    const below = load === 0 ? this.#free : this.#busy[load];
    item.shelved = true;
    item.below = below;
    if (below !== undefined) below.above = item;
    if (load === 0) {
      this.#free = item;
      return;
    }
    if (this.#busy === NONE) this.#busy = [undefined];
    this.#busy[load] = item;
    if (load < this.#lowest) this.#lowest = load;
  }

  /** Takes the item away, if it is here. Its load must be what it was when it came. */
  take(item: Item<K, T>): void {
    if (!item.shelved) return;
    const { above, below, load } = item;
    item.shelved = false;
    // Who lies below the top goes on looking up to it: it is often the next to come back.
    if (this.#free === item) {
      this.#free = below;
    } else if (this.#busy[load] === item) {
      this.#busy[load] = below;
    } else {
      if (above !== undefined) above.below = below;
      if (below !== undefined) below.above = above;
    }
  }

  least(): Item<K, T> | undefined {
    if (this.#free !== undefined) return this.#free;
    while (this.#lowest < this.#busy.length) {
      const item = this.#busy[this.#lowest];
      if (item !== undefined) return item;
      this.#lowest++;
    }
    return undefined;
  }
}
