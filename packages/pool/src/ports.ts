import type { PoolEvent } from './events.js';

/** Why an item left the pool. */
export type DestroyReason =
  /** Nobody leased it for `maxIdleMs`. */
  | 'idle'
  /** It reached `maxLifetimeMs`. */
  | 'lifetime'
  /** It was leased `maxUses` times. */
  | 'uses'
  /** `watch` reported it lost. */
  | 'lost'
  /** `validate` refused it, threw or took too long; or `watch` threw. */
  | 'invalid'
  /** `watch` or `pool.retire()` asked for it. */
  | 'retired'
  /** At `maxTotal`, another key needed its slot. */
  | 'displaced'
  /** `evict(key)` or `clear()`. */
  | 'evicted'
  /** Its last lease ended, and idle items are not kept (`keepAlive: false`, `maxConnections: 0`). */
  | 'released'
  /** `create` gave it after `createTimeoutMs`, or after it was called off. */
  | 'late'
  /** The pool was closed. */
  | 'closed';

/** What an item's watcher calls when the item changes by itself. Later calls change nothing. */
export interface WatchHooks {
  /**
   * The item is dead: it is removed and destroyed at once, whoever holds it. Before it was ever
   * leased, that makes the key pause; from within `watch`, it is as bad as a failed `create`, and
   * those who wait for the item get the reason.
   */
  lost(reason?: unknown): void;
  /**
   * The item should go: no new leases, destroyed when the running ones have ended. From within
   * `watch`, this too is as bad as a failed `create`.
   */
  retire(reason?: unknown): void;
}

/** How the pool makes, checks, watches and ends what it holds. */
export interface Factory<K, T> {
  /**
   * Makes one item. A rejection goes to those who wait for it.
   *
   * @param key - the key as given by the last `acquire` that had to wait
   * @param context - `signal` aborts at `createTimeoutMs`, at `evict` and at `close`
   */
  create(key: K, context: { readonly signal: AbortSignal }): T | PromiseLike<T>;
  /** Ends one item, exactly once. What it throws is reported in `pool.destroyed` and nowhere else. */
  destroy(item: T, reason: DestroyReason): unknown;
  /** Whether an item that was idle for a while is still good. Throwing means no. */
  validate?(item: T): boolean | PromiseLike<boolean>;
  /** Observes the item while it is in the pool; may return a function that stops observing. */
  // biome-ignore lint/suspicious/noConfusingVoidType: a watcher may simply return nothing.
  watch?(item: T, hooks: WatchHooks): void | (() => void);
  /**
   * Whether the key may have one more than `items`, its items in service. Not asked for the first
   * one, nor while one is being created: with `mayGrow`, a key grows one by one. Throwing means no.
   */
  mayGrow?(key: K, items: readonly T[]): boolean;
}

/** Where time comes from. */
export interface Clock {
  /** Milliseconds on a clock that never goes back. */
  now(): number;
  setTimeout(fn: () => void, ms: number): unknown;
  clearTimeout(handle: unknown): void;
}

/** A number from 0 up to but not including 1. */
export type Random = () => number;

/** Is told what happens. What it throws is ignored. */
export type Observer = (event: PoolEvent) => void;
