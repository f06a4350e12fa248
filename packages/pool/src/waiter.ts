import type { Item } from './item.js';
import type { Lease } from './lease.js';
import type { Linked, List } from './list.js';
import type { Partition } from './partition.js';

/** What is noted about a lease for the observer, from the call of `acquire` on. */
export interface Ticket<K, T> {
  readonly id: number;
  readonly background: boolean;
  /** When it was asked for; once given, when it was given. */
  since: number;
  item: Item<K, T> | undefined;
  /** Where it was asked for, if leaks are looked for. */
  readonly stack: string | undefined;
}

/** Somebody in a key's queue. Doubles as the listener of its signal. */
export class Waiter<K, T> implements Linked<Waiter<K, T>> {
  readonly home: Partition<K, T>;
  readonly background: boolean;
  readonly ticket: Ticket<K, T> | undefined;
  readonly signal: AbortSignal | undefined;
  readonly resolve: (lease: Lease<T>) => void;
  readonly reject: (error: unknown) => void;
  dueAt = 0;
  /** Its place in its key's queue. */
  prev: Waiter<K, T> | undefined;
  next: Waiter<K, T> | undefined;
  list: List<Waiter<K, T>> | undefined;
  readonly #onAbort: (waiter: Waiter<K, T>) => void;

  constructor(
    home: Partition<K, T>,
    background: boolean,
    ticket: Ticket<K, T> | undefined,
    signal: AbortSignal | undefined,
    resolve: (lease: Lease<T>) => void,
    reject: (error: unknown) => void,
    onAbort: (waiter: Waiter<K, T>) => void,
  ) {
    this.home = home;
    this.background = background;
    this.ticket = ticket;
    this.signal = signal;
    this.resolve = resolve;
    this.reject = reject;
    this.#onAbort = onAbort;
    signal?.addEventListener('abort', this);
  }

  handleEvent(): void {
    this.#onAbort(this);
  }
}
