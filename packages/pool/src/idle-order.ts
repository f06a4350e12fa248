import type { Item } from './item.js';

/**
 * Finds the item, of whatever key, that nobody has leased for longest. Resting and waking cost
 * nothing here: an item stays where it once came in, and its place in this heap is put right when
 * it gets to the top. What it was put in with is never later than its true time, so an item that is
 * at the top and in its right place is the one.
 */
export class IdleOrder<K, T> {
  #heap: Item<K, T>[] = [];
  #time = 0;
  #gone = 0;

  /** Notes that the item's last lease has ended just now. */
  rest(item: Item<K, T>): void {
    item.restedAs = ++this.#time;
    if (item.rankedAs > 0) return;
    // Nothing is later, so the end of the heap is the right place.
    item.rankedAs = item.restedAs;
    this.#heap.push(item);
  }

  /** Notes that the item has left service. */
  forget(item: Item<K, T>): void {
    if (item.rankedAs === 0 || ++this.#gone * 2 <= this.#heap.length) return;
    this.#gone = 0;
    this.#heap = this.#heap.filter((each) => each.state === 'live');
    // What is sorted is a heap.
    this.#heap.sort((a, b) => a.rankedAs - b.rankedAs);
  }

  oldest(): Item<K, T> | undefined {
    const heap = this.#heap;
    for (;;) {
      const top = heap[0];
      if (top === undefined) return undefined;
      if (top.state === 'live' && !top.held) {
        if (top.rankedAs === top.restedAs) return top;
        top.rankedAs = top.restedAs;
        this.#sink(top);
        continue;
      }
      if (top.state !== 'live') this.#gone--;
      top.rankedAs = 0;
      const last = heap.pop();
      if (last !== undefined && last !== top) this.#sink(last);
    }
  }

  /** Puts the item to the top and lets it sink to its place. */
  #sink(item: Item<K, T>): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      let child = heap[2 * at + 1];
      let to = 2 * at + 1;
      const right = heap[to + 1];
      if (child !== undefined && right !== undefined && right.rankedAs < child.rankedAs) {
        child = right;
        to++;
      }
      if (child === undefined || child.rankedAs >= item.rankedAs) break;
      heap[at] = child;
      at = to;
    }
    heap[at] = item;
  }
}
