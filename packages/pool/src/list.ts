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

/** A doubly linked list: everything, removal from the middle included, in constant time. */
export class List<T> {
  first: Node<T> | undefined;
  last: Node<T> | undefined;
  size = 0;

  push(node: Node<T>): void {
    node.list = this;
    node.prev = this.last;
    if (this.last === undefined) this.first = node;
    else this.last.next = node;
    this.last = node;
    this.size++;
  }

  unshift(node: Node<T>): void {
    node.list = this;
    node.next = this.first;
    if (this.first === undefined) this.last = node;
    else this.first.prev = node;
    this.first = node;
    this.size++;
  }

  /** Takes the node out; a node that is not in this list stays where it is. */
  remove(node: Node<T>): void {
    if (node.list !== this) return;
    if (node.prev === undefined) this.first = node.next;
    else node.prev.next = node.next;
    if (node.next === undefined) this.last = node.prev;
    else node.next.prev = node.prev;
    node.prev = undefined;
    node.next = undefined;
    node.list = undefined;
    this.size--;
  }
}
