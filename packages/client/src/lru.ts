interface Slot<V> {
  value: V;
  /** Since its turn to go last came. */
  used: boolean;
}

/**
 * A map that forgets what was not used lately, to hold no more than `limit`, which is 1 or more.
 *
 * Reads only mark what they find, and an entry whose turn to go has come goes to the back instead
 * if it is marked (the clock algorithm). Moving it at each read, as an exact order of use would
 * need, costs more than all else here: a Map whose keys come and go for ever is rehashed for ever.
 */
export class Lru<V> {
  readonly #slots = new Map<string, Slot<V>>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(key: string): V | undefined {
    const slot = this.#slots.get(key);
    if (slot === undefined) return undefined;
    slot.used = true;
    return slot.value;
  }

  set(key: string, value: V): void {
    const slot = this.#slots.get(key);
    if (slot !== undefined) {
      slot.value = value;
      slot.used = true;
      return;
    }
    if (this.#slots.size >= this.#limit) this.#forgetOne();
    this.#slots.set(key, { value, used: false });
  }

  delete(key: string): void {
    this.#slots.delete(key);
  }

  clear(): void {
    this.#slots.clear();
  }

  // A Map remembers the order in which keys came: the first is the one whose turn it is.
  #forgetOne(): void {
    for (const [key, slot] of this.#slots) {
      this.#slots.delete(key);
      if (!slot.used) return;
      slot.used = false;
      this.#slots.set(key, slot);
    }
  }
}
