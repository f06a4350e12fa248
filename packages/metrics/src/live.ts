import type { Write } from './bound.js';

interface Entry<T> {
  readonly owner: string | undefined;
  readonly state: T;
  readonly below: Entry<T> | undefined;
  readonly depth: number;
}

const MAX_LIVE = 65_536;
const MAX_PER_ID = 16;

/**
 * What has begun and not ended, by the id that its events carry. Two emitters may count their ids
 * from 1 alike, so an id can stand for several; the owner (its endpoint) tells them apart.
 * Bounded: what does not fit is not tracked, neither its begin nor its end.
 */
export class Live<T> {
  readonly #entries = new Map<unknown, Entry<T>>();
  #size = 0;

  /** False if there was no id to track it by, or no room. */
  add(id: unknown, owner: string | undefined, state: T): boolean {
    const below = this.#entries.get(id);
    const depth = (below?.depth ?? 0) + 1;
    if (!isId(id) || this.#size >= MAX_LIVE || depth > MAX_PER_ID) return false;
    this.#entries.set(id, { owner, state, below, depth });
    this.#size += 1;
    return true;
  }

  find(id: unknown, owner: string | undefined): T | undefined {
    return entryOf(this.#entries.get(id), owner)?.state;
  }

  /** Finds it and ends it. */
  take(id: unknown, owner: string | undefined): T | undefined {
    const top = this.#entries.get(id);
    const entry = entryOf(top, owner);
    if (top === undefined || entry === undefined) return undefined;
    const rest = without(top, entry);
    if (rest === undefined) this.#entries.delete(id);
    else this.#entries.set(id, rest);
    this.#size -= 1;
    return entry.state;
  }
}

/** A level that events raise and lower, and that never falls below 0: a stray end changes nothing. */
export class Level {
  readonly #add: Write;
  #count = 0;

  constructor(add: Write) {
    this.#add = add;
  }

  up(): void {
    this.#count += 1;
    this.#add(1);
  }

  down(): void {
    if (this.#count === 0) return;
    this.#count -= 1;
    this.#add(-1);
  }
}

function isId(id: unknown): boolean {
  return typeof id === 'string' || typeof id === 'number';
}

/** The owner's own entry; else, where either owner is unknown, one that may be it. */
function entryOf<T>(top: Entry<T> | undefined, owner: string | undefined): Entry<T> | undefined {
  let likely: Entry<T> | undefined;
  for (let entry = top; entry !== undefined; entry = entry.below) {
    if (entry.owner === owner) return entry;
    if (owner === undefined || entry.owner === undefined) likely ??= entry;
  }
  return likely;
}

function without<T>(top: Entry<T>, gone: Entry<T>): Entry<T> | undefined {
  if (top === gone) return top.below;
  return { ...top, depth: top.depth - 1, below: top.below && without(top.below, gone) };
}
