interface Filed {
  /** What it is filed under; 0 while it is not. */
  id: number;
}

/**
 * What is filed under ids that only ever grow, in a table of places. A `Map` would do, but one whose
 * keys come and go makes new tables all the time: that costs more than all else that a call does.
 */
export interface Slots<T extends Filed> extends Iterable<T> {
  readonly size: number;
  /** The last id that was given. */
  readonly lastId: number;
  /** Files the entry under a new id, which it is told. */
  add(entry: T): number;
  get(id: unknown): T | undefined;
  delete(entry: T): void;
}

export function slots<T extends Filed>(): Slots<T> {
  let places: (T | undefined)[] = Array(64).fill(undefined);
  let size = 0;
  let lastId = 0;

  const placeOf = (id: number) => id & (places.length - 1);
  const grow = () => {
    const entries = [...table];
    // Ids that differ in one place differ in a larger table.
    places = Array(places.length * 2).fill(undefined);
    for (const entry of entries) places[placeOf(entry.id)] = entry;
  };
  const table: Slots<T> = {
    get size() {
      return size;
    },
    get lastId() {
      return lastId;
    },
    add(entry) {
      if (size * 2 >= places.length) grow();
      // What takes long keeps its place, and the ids that would share it are left out.
      while (places[placeOf(++lastId)]);
      places[placeOf(lastId)] = entry;
      size += 1;
      entry.id = lastId;
      return lastId;
    },
    get(id) {
      const entry = typeof id === 'number' ? places[placeOf(id)] : undefined;
      return entry?.id === id ? entry : undefined;
    },
    delete(entry) {
      if (table.get(entry.id) !== entry) return;
      places[placeOf(entry.id)] = undefined;
      size -= 1;
    },
    *[Symbol.iterator]() {
      for (const entry of places) if (entry) yield entry;
    },
  };
  return table;
}
