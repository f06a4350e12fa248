import { Node } from './list.js';
import type { Partition } from './partition.js';
import type { DestroyReason } from './ports.js';

/** One item that the pool holds, from the moment `create` gave it. */
export class Item<K, T> {
  readonly id: number;
  readonly value: T;
  readonly home: Partition<K, T>;
  /** In service; out of service with leases running; handed to `destroy`. */
  state: 'live' | 'retiring' | 'gone' = 'live';
  /** Leases that take concurrency. */
  load = 0;
  background = 0;
  uses = 0;
  /** `validate` is running. */
  checking = false;
  /** Since when nobody has leased it. Counts while it is idle. */
  idleAt = 0;
  /** When it was last known to be good. Counts while it is idle; Infinity: right now. */
  freshAt = 0;
  /** From here on a replacement is wanted. */
  readonly renewAt: number;
  /** From here on it is not leased. */
  readonly expiresAt: number;
  /** Why it left service, once it did. */
  reason: DestroyReason = 'released';
  /** What its holders are told about that. */
  cause: unknown;
  unwatch: (() => void) | undefined;
  /** Of the holders that asked to be told. */
  told: Set<AbortController> | undefined;
  /** Its place among the leasable items of its key. */
  readonly place = new Node<Item<K, T>>(this);
  /** Its place among the idle items of all keys. */
  readonly rest = new Node<Item<K, T>>(this);

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
