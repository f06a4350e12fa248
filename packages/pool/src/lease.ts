import { countIdle, rest } from './idle.js';
import type { Item } from './item.js';
import { discard, retire } from './retire.js';
import { isOffered, shelve, unshelve } from './shelf.js';
import type { Ticket } from './ticket.js';
import { giveWay } from './turns.js';

/** The right to use an item until `release()`. Also ends with `await using`. */
export interface Lease<T> {
  /** The item. */
  readonly value: T;
  /**
   * Aborts when the item leaves service, or is lost, before the lease is released. Its reason is
   * what `retire` or `lost` was given, else the {@link DestroyReason}. Does not abort for `uses` if
   * this lease was the last one allowed. Ask for it only if needed.
   */
  readonly retiring: AbortSignal;
  /** Gives the item back. Returns whether it did: a second call changes nothing and returns `false`. */
  release(): boolean;
  /** Gives the item back if that has not been done. */
  [Symbol.asyncDispose](): Promise<void>;
}

// Node 20.0 to 20.4 have no such symbol.
export const asyncDispose: typeof Symbol.asyncDispose =
  Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose');

/** Begins with its construction, of an item that is offered. */
export class ItemLease<K, T> implements Lease<T> {
  readonly value: T;
  readonly #item: Item<K, T>;
  readonly #background: boolean;
  readonly #ticket: Ticket | undefined;
  #open = true;
  #retiring: AbortController | undefined;

  constructor(item: Item<K, T>, background: boolean, ticket: Ticket | undefined) {
    this.value = item.value;
    this.#item = item;
    this.#background = background;
    this.#ticket = ticket;
    if (!item.leases) countIdle(item.home, -1);
    item.uses++;
    carry(item, 1, background);
    ticket?.acquired(item.id, item.uses > 1);
    if (item.uses >= item.home.core.maxUses) this.#spend();
  }

  /** Apart from the constructor, so that the engine keeps that one small. */
  #spend(): void {
    const item = this.#item;
    if (item.home.core.maxConnections === Infinity) return;
    // Its successor need not wait until the last lease of it has ended.
    void retire(item, 'uses');
    // Who has just come is not sent away, unless more happens.
    this.#retiring = new AbortController();
    item.retiring ??= new Set();
    item.retiring.add(this.#retiring);
  }

  get retiring(): AbortSignal {
    const item = this.#item;
    if (!this.#retiring) {
      this.#retiring = new AbortController();
      item.retiring ??= new Set();
      if (this.#open && item.live) item.retiring.add(this.#retiring);
      else if (this.#open) this.#retiring.abort(item.cause);
    }
    return this.#retiring.signal;
  }

  release(): boolean {
    const item = this.#item;
    const { home } = item;
    const { core } = home;
    if (!this.#open) {
      home.emit?.('misuse', { call: 'release' });
      return false;
    }
    this.#open = false;
    if (this.#retiring) item.retiring?.delete(this.#retiring);
    this.#ticket?.released();
    carry(item, -1, this.#background);
    if (!item.leases) {
      if (item.live) rest(item);
      if (!isOffered(item)) void retire(item, item.reason ?? 'released');
    }
    if (item.live && core.turns.size) giveWay(item);
    if (home.queued || core.turns.size) core.settle(home);
    discard(item);
    return true;
  }

  async [asyncDispose](): Promise<void> {
    if (this.#open) this.release();
  }
}

/** Changes what the item carries, and puts it where that belongs. */
function carry<K, T>(item: Item<K, T>, change: 1 | -1, background: boolean): void {
  unshelve(item);
  item.leases += change;
  if (!background) item.load += change;
  shelve(item);
}
