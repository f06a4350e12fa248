import { close, evict } from './close.js';
import { createCore } from './core.js';
import { type Emit, emitter } from './emit.js';
import { PoolClosedError } from './errors.js';
import { asyncDispose, type Lease } from './lease.js';
import { maskKey } from './mask.js';
import type { AcquireOptions, CloseOptions, PoolOptions } from './options.js';
import { wait } from './queue.js';
import { retireByHand } from './retire.js';
import { ACQUIRE, checkOptions, checkType, resolveOptions } from './settings.js';
import { leaseNow, settle } from './settle.js';
import { countPartitions, type PoolStats } from './stats.js';
import { type Ticket, takeTicket } from './ticket.js';

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

  function acquire(key: K, options?: AcquireOptions): Promise<Lease<T>> {
    let ticket: Ticket | undefined;
    try {
      const id = core.keyOf(key);
      if (options !== undefined) checkOptions(options, ACQUIRE);
      const signal = options?.signal;
      const background = !!options?.background;
      const home = core.keys.get(id);
      if (core.observer) {
        ticket = takeTicket(core, (home?.emit ?? emitter(core, maskKey(id))) as Emit, background);
      }
      const lease = home && !signal?.aborted && leaseNow(home, background, ticket);
      if (lease) return Promise.resolve(lease);
      // Asked only now, because looking for a lease may run functions of the user's.
      if (core.closing) throw new PoolClosedError('the pool is closed');
      signal?.throwIfAborted();
      return wait(core, id, key, background, ticket, signal);
    } catch (error) {
      ticket?.failed(error);
      return Promise.reject(error);
    }
  }

  async function use<R>(
    key: K,
    fn: (value: T, lease: Lease<T>) => R | PromiseLike<R>,
    options?: AcquireOptions,
  ): Promise<R> {
    checkType('fn', fn, 'function');
    const lease = await acquire(key, options);
    try {
      // It may have aborted between the grant and now, and `fn` would not see the event.
      options?.signal?.throwIfAborted();
      return await fn(lease.value, lease);
    } finally {
      lease.release();
    }
  }

  const find = (key: K) => {
    const home = core.keys.get(core.keyOf(key));
    return home ? [home] : [];
  };

  return {
    acquire,
    use,
    retire(value, reason) {
      const item = core.items.get(value);
      const live = !!item?.live;
      if (item) retireByHand(item, reason);
      else emitter(core)?.('misuse', { call: 'retire' });
      return live;
    },
    evict: async (key) => evict(find(key)),
    clear: () => evict(core.keys.values()),
    stats: (key) => countPartitions(key === undefined ? core.keys.values() : find(key)),
    close: (options) => close(core, options),
    [asyncDispose]: () => close(core),
  };
}
