import type { Clock, Factory, Observer, Random } from './ports.js';

/** What {@link createPool} takes beside the factory's functions. Durations are in milliseconds. */
export interface PoolLimits<K> {
  /**
   * What makes two keys the same: a string, or anything that a `Map` can tell apart.
   * @default the key itself
   */
  keyOf?: (key: K) => unknown;
  /**
   * Items in service or being created for each key. 0: no pooling, each lease gets an item of its
   * own, destroyed after it.
   * @default 10
   */
  maxConnections?: number;
  /**
   * Items open or being created over all keys, retiring ones included.
   * @default 100
   */
  maxTotal?: number;
  /**
   * Leases on one item at the same time; background leases do not count.
   * @default 1
   */
  maxConcurrency?: number;
  /**
   * Above 0, at most 1. When every item of a key carries more than this share of `maxConcurrency`,
   * one more is opened ahead of need.
   * @default 1
   */
  targetUtilization?: number;
  /**
   * Idle items that each key in use keeps in reserve, within `maxConnections` and `maxTotal`.
   * @default 0
   */
  minIdle?: number;
  /**
   * Callers of one key that may wait for more than what is being created, background work included.
   * @default 1000
   */
  maxQueue?: number;
  /**
   * How long a caller waits for a lease. 0: no limit.
   * @default 30000
   */
  acquireTimeoutMs?: number;
  /**
   * How long `create` may take. 0: no limit.
   * @default 30000
   */
  createTimeoutMs?: number;
  /**
   * How long `validate` may take. 0: no limit.
   * @default 5000
   */
  validateTimeoutMs?: number;
  /**
   * How long the pool waits for `destroy`. 0: no limit.
   * @default 10000
   */
  destroyTimeoutMs?: number;
  /**
   * The pause of a key after a failed `create`: half of it at least, the rest by chance; doubled
   * with each further failure, up to 30 s or this, whichever is more. 0: no pause. An error with
   * `retryable: false` causes none: the next caller tries, and hears of it, at once. A key that has
   * nothing else is forgotten after one more such pause.
   * @default 1000
   */
  retryDelayMs?: number;
  /**
   * Idle for longer than this, an item is validated before it is leased, and at each clean-up.
   * @default 30000
   */
  validateAfterIdleMs?: number;
  /**
   * Idle for longer than this, an item is destroyed at the next clean-up, `minIdle` apart. 0: never.
   * @default 600000
   */
  maxIdleMs?: number;
  /**
   * An item of this age is not leased any more. 0: no limit.
   * @default 0
   */
  maxLifetimeMs?: number;
  /**
   * From 0 to below 1. An item is replaced up to this share of `maxLifetimeMs` early, by chance, so
   * that items opened together do not go together.
   * @default 0.1
   */
  lifetimeJitter?: number;
  /**
   * An item that was leased this often is retired: it makes room for its successor, and is destroyed
   * when its last lease ends. 0: no limit.
   * @default 0
   */
  maxUses?: number;
  /**
   * The period of the clean-up, which never keeps a process alive.
   * @default 300000
   */
  cleanupIntervalMs?: number;
  /**
   * Whether an item outlives its last lease.
   * @default true
   */
  keepAlive?: boolean;
  /**
   * A lease held for longer is reported as `pool.leak`, with the stack of its `acquire`. 0: off.
   * Recording that stack makes `acquire` several times slower.
   * @default 0
   */
  leakAfterMs?: number;
  /** Is told what happens; see {@link PoolEvent}. */
  observer?: Observer;
  /**
   * Where time comes from.
   * @default performance.now() and the global timers
   */
  clock?: Clock;
  /**
   * Where chance comes from.
   * @default Math.random
   */
  random?: Random;
}

/** Everything that {@link createPool} takes. */
export interface PoolOptions<K, T> extends Factory<K, T>, PoolLimits<K> {}

/** How one `acquire` or `use` is to be done. */
export interface AcquireOptions {
  /** Aborting it makes a waiting caller leave; a lease that was given is not affected. */
  signal?: AbortSignal;
  /**
   * For a long stream: the lease keeps its item alive but takes no concurrency and trips no leak
   * alarm. Its holder should end when {@link Lease.retiring} aborts.
   * @default false
   */
  background?: boolean;
}

/** How the pool is to be closed. */
export interface CloseOptions {
  /**
   * How long running leases may take to end before their items are destroyed under them.
   * @default 30000
   */
  drainTimeoutMs?: number;
}
