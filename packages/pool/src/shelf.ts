import type { Item } from './item.js';
import { List } from './list.js';

/**
 * The items of one key that may be leased, indexed by how many leases each carries: finding the
 * least loaded one never looks at the others. Among equals the one used last comes first, so that
 * what is not needed stays idle and ages out.
 */
export class Shelf<K, T> {
  readonly #byLoad: List<Item<K, T>>[] = [];
  /** No item carries less than this; it may lag behind until the next look. */
  #lowest = 0;
  #size = 0;

  add(item: Item<K, T>): void {
    this.#bucket(item.load).unshift(item.place);
    if (item.load < this.#lowest) this.#lowest = item.load;
    this.#size++;
  }

  remove(item: Item<K, T>): void {
    if (item.place.list === undefined) return;
    item.place.list.remove(item.place);
    this.#size--;
  }

  /** Changes what the item carries and its place with it, if it has one. */
  reload(item: Item<K, T>, load: number): void {
    item.load = load;
    const bucket = item.place.list;
    if (bucket === undefined) return;
    bucket.remove(item.place);
    this.#bucket(load).unshift(item.place);
    if (load < this.#lowest) this.#lowest = load;
  }

  least(): Item<K, T> | undefined {
    if (this.#size === 0) return undefined;
    let first = this.#byLoad[this.#lowest]?.first;
    while (first === undefined) first = this.#byLoad[++this.#lowest]?.first;
    return first.value;
  }

  #bucket(load: number): List<Item<K, T>> {
    let bucket = this.#byLoad[load];
    if (bucket === undefined) {
      bucket = new List();
      this.#byLoad[load] = bucket;
    }
    return bucket;
  }
}
