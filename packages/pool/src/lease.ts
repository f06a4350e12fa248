import type { Item } from './item.js';
import type { Ticket } from './waiter.js';

/** The right to use an item until `release()`. Also ends with `await using`. */
export interface Lease<T> {
  /** The item. */
  readonly value: T;
  /**
   * Aborts when the item leaves service, or is lost, before the lease is released. Its reason is
   * what `retire` or `lost` was given, else the {@link DestroyReason}. Ask for it only if needed.
   */
  readonly retiring: AbortSignal;
  /** Gives the item back. Returns whether it did: a second call changes nothing and returns `false`. */
  release(): boolean;
  /** Gives the item back if that has not been done. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Who keeps count of the leases. */
export interface Ledger<K, T> {
  end(item: Item<K, T>, background: boolean, ticket: Ticket<K, T> | undefined): void;
  misused(problem: 'released-twice'): void;
}

// Node 20.0 to 20.4 have no such symbol.
export const asyncDispose: typeof Symbol.asyncDispose =
  Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose');

export class ItemLease<K, T> implements Lease<T> {
  readonly value: T;
  readonly #item: Item<K, T>;
  readonly #background: boolean;
  readonly #ticket: Ticket<K, T> | undefined;
  #open = true;
  #retiring: AbortController | undefined;

  constructor(item: Item<K, T>, background: boolean, ticket: Ticket<K, T> | undefined) {
    this.value = item.value;
    this.#item = item;
    this.#background = background;
    this.#ticket = ticket;
  }

  get retiring(): AbortSignal {
    if (this.#retiring === undefined) {
      this.#retiring = new AbortController();
      if (this.#open) tell(this.#item, this.#retiring);
    }
    return this.#retiring.signal;
  }

  release(): boolean {
    if (!this.#open) {
      this.#item.home.ledger.misused('released-twice');
      return false;
    }
    this.#open = false;
    const item = this.#item;
    if (this.#retiring !== undefined) item.told?.delete(this.#retiring);
    item.home.ledger.end(item, this.#background, this.#ticket);
    return true;
  }

  async [asyncDispose](): Promise<void> {
    if (this.#open) this.release();
  }
}

function tell<K, T>(item: Item<K, T>, controller: AbortController): void {
  if (item.state !== 'live') {
    controller.abort(item.cause);
    return;
  }
  item.told ??= new Set();
  item.told.add(controller);
}
