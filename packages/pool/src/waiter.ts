import type { Stopwatch } from './clock.js';
import type { Item } from './item.js';
import type { Lease } from './lease.js';
import type { Linked } from './list.js';
import type { Partition } from './partition.js';

/** What is noted about a lease for the observer, from the call of `acquire` on. */
export interface Ticket<K, T> {
  readonly about: { readonly leaseId: number; readonly background: boolean };
  /** Since it was asked for; once given, since then. */
  elapsed: Stopwatch;
  item: Item<K, T> | undefined;
  /** Where it was asked for, if leaks are looked for. */
  readonly stack: string | undefined;
}

/** Somebody in a key's queue. */
export interface Waiter<K, T> extends Linked<Waiter<K, T>> {
  readonly home: Partition<K, T>;
  readonly background: boolean;
  readonly ticket: Ticket<K, T> | undefined;
  readonly resolve: (lease: Lease<T>) => void;
  readonly reject: (error: unknown) => void;
  readonly dueAt: number;
  /** Takes the listener off the caller's signal, if there is one. */
  readonly unlisten: (() => void) | undefined;
}
