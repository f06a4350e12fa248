import { cutShort, evict, shut } from './close.js';
import { createCore } from './core.js';
import { PoolClosedError } from './errors.js';
import { asyncDispose, type Lease } from './lease.js';
import { maskKey } from './mask.js';
import type { AcquireOptions, CloseOptions, PoolOptions } from './options.js';
import { wait } from './queue.js';
import { retire } from './retire.js';
import {
  checkAcquireOptions,
  checkDrainTimeout,
  checkFunction,
  resolveOptions,
} from './settings.js';
import { leaseNow, settle } from './settle.js';
import { countPartitions, type PoolStats } from './stats.js';
import { takeTicket } from './ticket.js';

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
  const core = createCore(resolveOptions(options), settle);
  const { clock, emit, homes, keyOf } = core;
  let closing: Promise<void> | undefined;

  const identify = (key: K): unknown => (keyOf ? keyOf(key) : key);

  function acquire(key: K, options?: AcquireOptions): Promise<Lease<T>> {
    try {
      const id = identify(key);
      if (options) checkAcquireOptions(options);
      const signal = options?.signal;
      const background = options?.background === true;
      const home = homes.get(id);
      const ticket = takeTicket(core, home?.name ?? maskKey(id), background);
      if (closing || signal?.aborted) {
        const error = closing ? new PoolClosedError('the pool is closed') : signal?.reason;
        ticket?.refused(error);
        return Promise.reject(error);
      }
      const lease = home && leaseNow(home, background, ticket);
      return lease ? Promise.resolve(lease) : wait(core, id, key, background, ticket, signal);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async function use<R>(
    key: K,
    fn: (value: T, lease: Lease<T>) => R | PromiseLike<R>,
    options?: AcquireOptions,
  ): Promise<R> {
    checkFunction('fn', fn);
    const lease = await acquire(key, options);
    try {
      // It may have aborted between the grant and now, and `fn` would not see the event.
      options?.signal?.throwIfAborted();
      return await fn(lease.value, lease);
    } finally {
      lease.release();
    }
  }

  async function close(options: CloseOptions = {}): Promise<void> {
    const drainTimeoutMs = checkDrainTimeout(options);
    // Set before anything is told, so that who is told and comes back is refused.
    closing ??= new Promise((resolve) => {
      core.onQuiet = resolve;
    });
    shut(core);
    if (drainTimeoutMs === 0) cutShort(core);
    const timer = clock.setTimeout(() => cutShort(core), drainTimeoutMs);
    await closing;
    clock.clearTimeout(timer);
  }

  return {
    acquire,
    use,
    retire(value, reason) {
      const item = core.byValue.get(value);
      if (!item) {
        emit?.('pool.misuse', undefined, { problem: 'unknown-item' });
        return false;
      }
      const { live } = item;
      void retire(item, 'retired', reason);
      core.settle(item.home);
      return live;
    },
    async evict(key) {
      const home = homes.get(identify(key));
      if (home) await evict(home);
    },
    async clear() {
      await Promise.all([...homes.values()].map((home) => evict(home)));
    },
    stats(key) {
      if (key === undefined) return countPartitions(homes.values());
      const home = homes.get(identify(key));
      return countPartitions(home ? [home] : []);
    },
    close,
    [asyncDispose]: () => close(),
  };
}
