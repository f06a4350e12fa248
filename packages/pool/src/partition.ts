import type { Creation } from './creation.js';
import type { Item } from './item.js';
import type { Ledger } from './lease.js';
import { type Linked, List } from './list.js';
import type { Shelf } from './shelf.js';
import type { Waiter } from './waiter.js';

/** All that the pool knows about one key. It goes when nothing is left in it. */
export class Partition<K, T> implements Linked<Partition<K, T>>, Shelf<K, T> {
  /** Of the live ones those that may be leased: with room, not being validated, not used up. */
  free: Item<K, T> | undefined;
  /** Callers in both queues. */
  queued = 0;
  /** Live ones without a lease. */
  idle = 0;
  readonly busy: (Item<K, T> | undefined)[] = [];
  lowest = 1;
  readonly ledger: Ledger<K, T>;
  /** What makes the key itself. */
  readonly id: unknown;
  /** The name for errors and events. */
  readonly name: string;
  /** As given last by somebody who had to wait: what it carries beside its identity is freshest. */
  key: K;
  /** Live and retiring. */
  readonly items = new Set<Item<K, T>>();
  /** Live ones due for replacement. */
  readonly worn = new Set<Item<K, T>>();
  readonly creations = new Set<Creation>();
  /** Callers in the order of their coming, and those for background work, who need no free room. */
  readonly waiting = new List<Waiter<K, T>>();
  readonly streams = new List<Waiter<K, T>>();
  /** Its place among the keys that wait for a slot. */
  prev: Partition<K, T> | undefined;
  next: Partition<K, T> | undefined;
  list: List<Partition<K, T>> | undefined;
  live = 0;
  /** Of these, the ones being validated. */
  checking = 0;
  destroying = 0;
  /** Lost items to `evict` or to other keys, and nobody has come since: opens nothing ahead of need. */
  dormant = false;
  /** Failed creates in a row. */
  failures = 0;
  lastError: unknown;
  /** Runs until the one who has waited for longest is due. */
  dueTimer: unknown;
  /** Runs while the key pauses after a failed create. */
  retryTimer: unknown;

  constructor(ledger: Ledger<K, T>, id: unknown, name: string, key: K) {
    this.ledger = ledger;
    this.id = id;
    this.name = name;
    this.key = key;
  }

  get empty(): boolean {
    return (
      this.items.size === 0 &&
      this.creations.size === 0 &&
      this.queued === 0 &&
      this.destroying === 0 &&
      this.retryTimer === undefined
    );
  }
}
