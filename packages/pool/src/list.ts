/** May be in one {@link List} at a time. Its place is in itself, so that moving it allocates nothing. */
export interface Linked<T extends Linked<T>> {
  prev: T | undefined;
  next: T | undefined;
}

/** A first-come queue that can be left from the middle: everything in constant time. */
export class List<T extends Linked<T>> {
  first: T | undefined;
  last: T | undefined;

  push(item: T): void {
    const { last } = this;
    item.prev = last;
    if (last) last.next = item;
    else this.first = item;
    this.last = item;
  }

  /** Takes out an item of this list. */
  remove({ prev, next }: T): void {
    if (prev) prev.next = next;
    else this.first = next;
    if (next) next.prev = prev;
    else this.last = prev;
  }
}
