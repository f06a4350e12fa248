import type { Linked, List } from './list.js';
import type { Partition } from './partition.js';
import type { DestroyReason } from './ports.js';

/**
 * One item that the pool holds, from the moment `create` gave it. What every lease touches comes
 * first, to be together in memory.
 */
export class Item<K, T> implements Linked<Item<K, T>> {
  readonly value: T;
  readonly home: Partition<K, T>;
  /** In service; out of service with leases running; handed to `destroy`. */
  state: 'live' | 'retiring' | 'gone' = 'live';
  /** Leases that take concurrency, and those that do not. */
  load = 0;
  background = 0;
  uses = 0;
  /** Whether it is on its key's shelf, and between which others. */
  shelved = false;
  above: Item<K, T> | undefined;
  below: Item<K, T> | undefined;
  /** When it last began to rest, counted in rests; and the idle order, if it knows the item. */
  restedAs = 0;
  list: List<Item<K, T>> | undefined;
  /** Since when it is idle, while it is; and when it was last found good. */
  idleAt = 0;
  foundGoodAt = 0;
  /** Was found good just now: whoever comes next need not validate it. */
  proven = false;
  /** `validate` is running. */
  checking = false;
  /** Its place in the idle order, and what that took `restedAs` for. */
  prev: Item<K, T> | undefined;
  next: Item<K, T> | undefined;
  rankedAs = 0;
  readonly id: number;
  /** From here on a replacement is wanted, and from here on it is not leased. */
  readonly renewAt: number;
  readonly expiresAt: number;
  /** Why it left service, once it did, and what its holders are told about that. */
  reason: DestroyReason = 'released';
  cause: unknown;
  /** Of the holders that asked to be told. */
  told: Set<AbortController> | undefined;
  unwatch: (() => void) | undefined;

  constructor(id: number, value: T, home: Partition<K, T>, renewAt: number, expiresAt: number) {
    this.id = id;
    this.value = value;
    this.home = home;
    this.renewAt = renewAt;
    this.expiresAt = expiresAt;
  }

  get held(): boolean {
    return this.load + this.background > 0;
  }
}
