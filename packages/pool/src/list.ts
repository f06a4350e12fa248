/** May be in one {@link List} at a time. Its place is in itself, so that moving it allocates nothing. */
export interface Linked<T extends Linked<T>> {
  prev: T | undefined;
  next: T | undefined;
  list: List<T> | undefined;
}

/** A doubly linked list: everything, in the middle as well, in constant time. */
export class List<T extends Linked<T>> {
  first: T | undefined;
  last: T | undefined;
  size = 0;

  push(item: T): void {
    this.insert(item, this.last);
  }

  /** Puts the item behind another one of this list, or first. */
  insert(item: T, prev: T | undefined): void {
    const next = prev === undefined ? this.first : prev.next;
    item.list = this;
    item.prev = prev;
    item.next = next;
    this.#join(prev, item);
    this.#join(item, next);
    this.size++;
  }

  /** Takes the item out; one that is not in this list stays where it is. */
  remove(item: T): void {
    if (item.list !== this) return;
    this.#join(item.prev, item.next);
    item.list = undefined;
    this.size--;
  }

  #join(prev: T | undefined, next: T | undefined): void {
    if (prev === undefined) this.first = next;
    else prev.next = next;
    if (next === undefined) this.last = prev;
    else next.prev = prev;
  }
}
