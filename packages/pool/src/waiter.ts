import type { Lease } from './lease.js';
import type { Partition } from './partition.js';
import type { Ticket } from './ticket.js';

/** Somebody in a key's queue. */
export interface Waiter<K, T> {
  /** Its neighbours in the queue: to leave from the middle takes no longer than from the end. */
  prev: Waiter<K, T> | undefined;
  next: Waiter<K, T> | undefined;
  readonly home: Partition<K, T>;
  readonly background: boolean;
  readonly ticket: Ticket | undefined;
  readonly resolve: (lease: Lease<T>) => void;
  readonly reject: (error: unknown) => void;
  readonly dueAt: number;
  /** Takes the listener off the caller's signal, if there is one. */
  readonly stop: (() => void) | undefined;
}
