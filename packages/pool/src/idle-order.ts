import type { Item } from './item.js';
import { List } from './list.js';

/**
 * Finds the item, of whatever key, that nobody has leased for longest. Resting and waking cost next
 * to nothing: an item stays where it once came in, and is put where it belongs when it comes up. As
 * its rank is never later than its true one, the first whose rank is true is the oldest.
 */
export class IdleOrder<K, T> {
  readonly #byRank = new List<Item<K, T>>();
  #rests = 0;

  /** Notes that the item's last lease has ended just now. */
  rest(item: Item<K, T>): void {
    item.restedAs = ++this.#rests;
    if (item.list === undefined) this.#enter(item);
  }

  /** Notes that the item has left service. */
  forget(item: Item<K, T>): void {
    this.#byRank.remove(item);
  }

  oldest(): Item<K, T> | undefined {
    for (;;) {
      const item = this.#byRank.first;
      if (item === undefined || (!item.held && item.rankedAs === item.restedAs)) return item;
      this.forget(item);
      if (!item.held) this.#enter(item);
    }
  }

  #enter(item: Item<K, T>): void {
    item.rankedAs = item.restedAs;
    let before = this.#byRank.last;
    while (before !== undefined && before.rankedAs > item.rankedAs) before = before.prev;
    this.#byRank.insert(item, before);
  }
}
