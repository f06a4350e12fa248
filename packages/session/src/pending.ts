/** What is filed under an id that it is given. */
export interface Numbered {
  id: number;
}

/**
 * The requests in flight, by id: a ring, in which an id says its own place.
 *
 * Not a `Map`, because of what V8 makes of one whose entries come and go. It is copied every now
 * and then; each copy is linked to the next and keeps the entries of its time. Once one of them
 * has grown old, all later ones count as reachable, and with them every request that ever was, until
 * the next full collection: about 1 kB to be copied for each request.
 */
export class Pending<E extends Numbered> {
  size = 0;
  lastId = 0;
  #ring: (E | undefined)[] = Array(64).fill(undefined);

  get(id: unknown): E | undefined {
    const entry = this.#ring[(id as number) & (this.#ring.length - 1)];
    return entry?.id === id ? entry : undefined;
  }

  /** Files an entry under an id that none had before. */
  add(entry: E): void {
    if (++this.size * 2 > this.#ring.length) this.#grow();
    const last = this.#ring.length - 1;
    // What has waited for a whole round keeps its place.
    while (this.#ring[++this.lastId & last]);
    entry.id = this.lastId;
    this.#ring[entry.id & last] = entry;
  }

  remove({ id }: E): void {
    if (!this.get(id)) return;
    this.size -= 1;
    this.#ring[id & (this.#ring.length - 1)] = undefined;
  }

  /** All of them, the oldest first; a copy. */
  all(): E[] {
    return this.#ring.filter((entry) => entry !== undefined).sort((a, b) => a.id - b.id);
  }

  #grow(): void {
    const ring: (E | undefined)[] = Array(this.#ring.length * 2).fill(undefined);
    for (const entry of this.all()) ring[entry.id & (ring.length - 1)] = entry;
    this.#ring = ring;
  }
}
