/** A place in a {@link List}. Owned by its value and reused, so that moving it allocates nothing. */
export class Node<T> {
  readonly value: T;
  prev: Node<T> | undefined;
  next: Node<T> | undefined;
  list: List<T> | undefined;

  constructor(value: T) {
    this.value = value;
  }
}

/** A doubly linked list: everything, in the middle as well, in constant time. */
export class List<T> {
  first: Node<T> | undefined;
  last: Node<T> | undefined;
  size = 0;

  push(node: Node<T>): void {
    this.insert(node, this.last);
  }

  /** Puts the node behind another one of this list, or first. */
  insert(node: Node<T>, prev: Node<T> | undefined): void {
    const next = prev === undefined ? this.first : prev.next;
    node.list = this;
    node.prev = prev;
    node.next = next;
    this.#join(prev, node);
    this.#join(node, next);
    this.size++;
  }

  /** Takes the node out; a node that is not in this list stays where it is. */
  remove(node: Node<T>): void {
    if (node.list !== this) return;
    this.#join(node.prev, node.next);
    node.list = undefined;
    this.size--;
  }

  #join(prev: Node<T> | undefined, next: Node<T> | undefined): void {
    if (prev === undefined) this.first = next;
    else prev.next = next;
    if (next === undefined) this.last = prev;
    else next.prev = prev;
  }
}
