import type { Core } from './core.js';
import { PoolFullError, PoolTimeoutError } from './errors.js';
import type { Lease } from './lease.js';
import { maskKey } from './mask.js';
import { Partition } from './partition.js';
import { countPartitions } from './stats.js';
import { type Ticket, Waiter } from './waiter.js';

/** Where callers wait whom nothing can be given at once, until they are served or leave. */
export class Queue<K, T> {
  readonly #core: Core<K, T>;

  constructor(core: Core<K, T>) {
    this.#core = core;
    core.deadlines.onDue = (waiter) => this.#expire(waiter);
  }

  wait(
    id: unknown,
    key: K,
    background: boolean,
    ticket: Ticket<K, T> | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Lease<T>> {
    const home = this.#home(id, key);
    return new Promise((resolve, reject) => {
      const waiter = new Waiter(home, background, ticket, signal, resolve, reject, this.#onAbort);
      this.#core.attach(waiter);
      this.#core.settle(home);
      if (waiter.place.list !== undefined && this.#isOverfull(home)) this.#turnAway(waiter);
    });
  }

  #home(id: unknown, key: K): Partition<K, T> {
    const { partitions } = this.#core;
    let home = partitions.get(id);
    if (home === undefined) {
      home = new Partition<K, T>(this.#core, id, maskKey(id), key);
      partitions.set(id, home);
    }
    home.key = key;
    home.dormant = false;
    return home;
  }

  /** What is on its way will serve some of the queue; only the others count. */
  #isOverfull({ creations, checking, waiting, streams }: Partition<K, T>): boolean {
    const { share, maxQueue } = this.#core.settings;
    const coming = (creations.size + checking) * share;
    return Math.max(0, waiting.size - coming) + (coming > 0 ? 0 : streams.size) > maxQueue;
  }

  #turnAway(waiter: Waiter<K, T>): void {
    const { home } = waiter;
    const { maxQueue } = this.#core.settings;
    const stats = countPartitions([home]);
    const message = `the queue for ${home.name} is full (maxQueue: ${maxQueue})`;
    this.#leave(waiter, new PoolFullError(message, stats));
  }

  #expire(waiter: Waiter<K, T>): void {
    const { home } = waiter;
    const { acquireTimeoutMs, maxTotal } = this.#core.settings;
    const stats = countPartitions([home]);
    const message =
      `no lease for ${home.name} within ${acquireTimeoutMs} ms: ${stats.idle} idle, ` +
      `${stats.busy} busy, ${stats.retiring} retiring, ${stats.creating} being created, ` +
      `${stats.waiting} waiting; ${this.#core.total} of ${maxTotal} over all keys`;
    const cause = home.failures > 0 ? { cause: home.lastError } : undefined;
    this.#leave(waiter, new PoolTimeoutError(message, 'acquire', stats, cause));
  }

  readonly #onAbort = (waiter: Waiter<K, T>): void => {
    this.#leave(waiter, waiter.signal?.reason);
  };

  #leave(waiter: Waiter<K, T>, error: unknown): void {
    this.#core.refuse(waiter, error);
    this.#core.settle(waiter.home);
  }
}
