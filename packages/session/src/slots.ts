interface Filed {
  /** What it is filed under; 0 while it is not. */
  id: number;
}

/**
 * What is filed under ids that only ever grow, in a table of places. A `Map` would do, but one whose
 * keys come and go makes new tables all the time: that costs more than all else that a call does.
 */
export class Slots<T extends Filed> {
  size = 0;
  /** The last id that was given. */
  lastId = 0;
  #places: (T | undefined)[] = Array(64).fill(undefined);

  /** Files the entry under a new id, which it is told. */
  add(entry: T): number {
    if (this.size * 2 >= this.#places.length) this.#grow();
    const places = this.#places;
    // What takes long keeps its place; the ids that would share it are left out.
    while (places[++this.lastId & (places.length - 1)]);
    entry.id = this.lastId;
    places[entry.id & (places.length - 1)] = entry;
    this.size += 1;
    return entry.id;
  }

  get(id: unknown): T | undefined {
    const entry = this.#places[(id as number) & (this.#places.length - 1)];
    return entry?.id === id ? entry : undefined;
  }

  delete(entry: T): void {
    if (this.get(entry.id) !== entry) return;
    this.#places[entry.id & (this.#places.length - 1)] = undefined;
    this.size -= 1;
  }

  all(): T[] {
    return this.#places.filter((entry) => entry !== undefined);
  }

  #grow(): void {
    const entries = this.all();
    // Ids that have places of their own have them in a larger table too.
    const places = Array(this.#places.length * 2).fill(undefined);
    for (const entry of entries) places[entry.id & (places.length - 1)] = entry;
    this.#places = places;
  }
}
