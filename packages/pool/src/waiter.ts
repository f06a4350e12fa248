import type { Lease } from './lease.js';
import type { Linked } from './list.js';
import type { Partition } from './partition.js';
import type { Ticket } from './ticket.js';

/** Somebody in a key's queue. */
export interface Waiter<K, T> extends Linked<Waiter<K, T>> {
  readonly home: Partition<K, T>;
  readonly background: boolean;
  readonly ticket: Ticket | undefined;
  readonly resolve: (lease: Lease<T>) => void;
  readonly reject: (error: unknown) => void;
  readonly dueAt: number;
  /** Takes the listener off the caller's signal, if there is one. */
  readonly unlisten: (() => void) | undefined;
}
