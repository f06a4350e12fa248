import { type Core, createCore } from './core.js';
import { PoolClosedError } from './errors.js';
import type { Lease } from './lease.js';
import { maskKey } from './mask.js';
import type { AcquireOptions, CloseOptions, PoolOptions } from './options.js';
import {
  checkAcquireOptions,
  checkDrainTimeout,
  checkFunction,
  resolveOptions,
  type Settings,
} from './settings.js';
import { countPartitions, type PoolStats } from './stats.js';
import { Sweep } from './sweep.js';
import type { Ticket } from './waiter.js';

/** A pool of items by key. Made by {@link createPool}. */
export interface Pool<K, T> {
  /**
   * Leases an item for the time that `fn` takes, and gives back what `fn` gives. An error of `fn`
   * does the item no harm. `fn` also gets the lease, for its `retiring` signal.
   *
   * @throws what {@link Pool.acquire} throws, and what `fn` throws
   */
  use<R>(
    key: K,
    fn: (value: T, lease: Lease<T>) => R | PromiseLike<R>,
    options?: AcquireOptions,
  ): Promise<R>;
  /**
   * Leases an item until `release()`: the least loaded one that is open, or a new one.
   *
   * @throws PoolTimeoutError after `acquireTimeoutMs`
   * @throws PoolFullError if `maxQueue` others of this key are waiting
   * @throws PoolClosedError if the pool is closed, or is closed meanwhile
   * @throws ConfigError if an argument is wrong
   * @throws the error of `create`, if that failed; the reason of `signal`, if that aborted
   */
  acquire(key: K, options?: AcquireOptions): Promise<Lease<T>>;
  /**
   * Takes an item out of service: no new leases; destroyed when the running ones have ended, which
   * see `reason` as the reason of {@link Lease.retiring}. Returns whether the item was in service.
   */
  retire(item: T, reason?: unknown): boolean;
  /**
   * Retires all items of a key, calls off what is being created for it and forgets that it failed.
   * Callers who wait for the key get new items. Resolves when the items without leases are destroyed.
   */
  evict(key: K): Promise<void>;
  /** Does what `evict` does, for all keys. */
  clear(): Promise<void>;
  /** Counts what the pool, or one key, holds. */
  stats(key?: K): PoolStats;
  /**
   * Ends the pool: rejects who waits and who comes, retires all items, lets running leases end for
   * `drainTimeoutMs` and then destroys the items all the same. Resolves when all is destroyed. May be
   * called again, to wait or to shorten the drain.
   *
   * @throws ConfigError if `drainTimeoutMs` is wrong
   */
  close(options?: CloseOptions): Promise<void>;
  /** Does what `close()` does. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Makes a pool of items by key: connections, sessions, workers, whatever can be created and destroyed.
 *
 * @throws ConfigError if an option is wrong or unknown
 */
export function createPool<K, T>(options: PoolOptions<K, T>): Pool<K, T> {
  return new KeyedPool(resolveOptions(options));
}

class KeyedPool<K, T> implements Pool<K, T> {
  readonly #settings: Settings<K, T>;
  readonly #core: Core<K, T>;
  readonly #sweep: Sweep<K, T>;
  #closing: Promise<void> | undefined;

  constructor(settings: Settings<K, T>) {
    this.#settings = settings;
    this.#core = createCore(settings, () => this.#sweep.start());
    this.#sweep = new Sweep(this.#core);
  }

  async use<R>(
    key: K,
    fn: (value: T, lease: Lease<T>) => R | PromiseLike<R>,
    options?: AcquireOptions,
  ): Promise<R> {
    checkFunction('fn', fn);
    const lease = await this.acquire(key, options);
    try {
      // It may have aborted between the grant and now, and `fn` would not see the event.
      options?.signal?.throwIfAborted();
      return await fn(lease.value, lease);
    } finally {
      lease.release();
    }
  }

  acquire(key: K, options?: AcquireOptions): Promise<Lease<T>> {
    try {
      const id = this.#identify(key);
      let background = false;
      let signal: AbortSignal | undefined;
      if (options !== undefined) {
        checkAcquireOptions(options);
        signal = options.signal;
        background = options.background === true;
      }
      const ticket = this.#settings.observer && this.#ticket(id, background);
      const closed = this.#core.isClosed();
      if (closed || signal?.aborted) {
        const error = closed ? new PoolClosedError('the pool is closed') : signal?.reason;
        if (ticket !== undefined) this.#core.reportRefusal({ name: maskKey(id) }, ticket, error);
        return Promise.reject(error);
      }
      const home = this.#core.partitions.get(id);
      const lease = home && this.#core.leaseNow(home, background, ticket);
      return lease === undefined
        ? this.#core.wait(id, key, background, ticket, signal)
        : Promise.resolve(lease);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  retire(item: T, reason?: unknown): boolean {
    const found = this.#core.byValue.get(item);
    if (found === undefined) {
      this.#core.misused('unknown-item');
      return false;
    }
    const live = found.state === 'live';
    void this.#core.retire(found, 'retired', reason);
    this.#core.settle(found.home);
    return live;
  }

  async evict(key: K): Promise<void> {
    const home = this.#core.partitions.get(this.#identify(key));
    if (home !== undefined) await Promise.all(this.#core.evict(home, 'evicted'));
  }

  async clear(): Promise<void> {
    const homes = [...this.#core.partitions.values()];
    await Promise.all(homes.flatMap((home) => this.#core.evict(home, 'evicted')));
  }

  stats(key?: K): PoolStats {
    const { partitions } = this.#core;
    if (key === undefined) return countPartitions(partitions.values());
    const home = partitions.get(this.#identify(key));
    return countPartitions(home === undefined ? [] : [home]);
  }

  async close(options: CloseOptions = {}): Promise<void> {
    const drainTimeoutMs = checkDrainTimeout(options);
    this.#closing ??= this.#close();
    if (drainTimeoutMs === 0) {
      this.#core.cutShort();
      return this.#closing;
    }
    const timer = this.#settings.clock.setTimeout(() => this.#core.cutShort(), drainTimeoutMs);
    await this.#closing;
    this.#settings.clock.clearTimeout(timer);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #close(): Promise<void> {
    this.#sweep.stop();
    return new Promise((resolve) => this.#core.close(resolve));
  }

  #identify(key: K): unknown {
    const { keyOf } = this.#settings;
    return keyOf === undefined ? key : keyOf(key);
  }

  #ticket(id: unknown, background: boolean): Ticket<K, T> {
    const { clock, leakAfterMs } = this.#settings;
    const since = clock.now();
    const stack = leakAfterMs > 0 && !background ? new Error().stack : undefined;
    const ticket = { id: this.#core.nextId(), background, since, item: undefined, stack };
    this.#core.emit?.('pool.acquire', { name: maskKey(id) }, { leaseId: ticket.id, background });
    return ticket;
  }
}
