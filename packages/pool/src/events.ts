import type { DestroyReason } from './ports.js';

interface Base<Type extends string> {
  readonly type: Type;
  /** When it happened, in ms of the pool's clock. */
  readonly at: number;
  /** The key's name; credentials of a URL are left out. */
  readonly key: string;
}

interface OfItem {
  /** Names one item from `pool.create` to `pool.destroyed`. Unique in the pool. */
  readonly itemId: number;
}

interface OfLease {
  /** Names one lease from `pool.acquire` to `pool.released`. Unique in the pool. */
  readonly leaseId: number;
  readonly background: boolean;
}

/** `create` was called. */
export interface PoolCreateEvent extends Base<'pool.create'>, OfItem {}

/** `create` gave an item, which is in service now. */
export interface PoolCreatedEvent extends Base<'pool.created'>, OfItem {
  readonly durationMs: number;
}

/** `create` failed, took too long or was called off. */
export interface PoolCreateFailedEvent extends Base<'pool.create.failed'>, OfItem {
  readonly durationMs: number;
  readonly error: unknown;
}

/** Somebody asks for a lease. */
export interface PoolAcquireEvent extends Base<'pool.acquire'>, OfLease {}

/** A lease was given. */
export interface PoolAcquiredEvent extends Base<'pool.acquired'>, OfLease, OfItem {
  readonly waitMs: number;
  /** Whether the item had been leased before. */
  readonly reused: boolean;
}

/** Nothing was given: time was up, the queue was full, the caller left, `create` failed, or the pool closed. */
export interface PoolAcquireFailedEvent extends Base<'pool.acquire.failed'>, OfLease {
  readonly waitMs: number;
  readonly error: unknown;
}

/** A lease was given back. */
export interface PoolReleasedEvent extends Base<'pool.released'>, OfLease, OfItem {
  readonly heldMs: number;
}

/** An item left service: it is leased no more, and is destroyed when its running leases have ended. */
export interface PoolRetiredEvent extends Base<'pool.retired'>, OfItem {
  readonly reason: DestroyReason;
  /** What `lost`, `retire` or `pool.retire()` was given. */
  readonly detail?: unknown;
  /** How many leases still run on it, background ones included. */
  readonly leases: number;
}

/** `destroy` ended, failed or took too long. */
export interface PoolDestroyedEvent extends Base<'pool.destroyed'>, OfItem {
  readonly reason: DestroyReason;
  readonly durationMs: number;
  /** Present if `destroy` failed or took too long. */
  readonly error?: unknown;
}

/** A lease is held for longer than `leakAfterMs`. Told once for each lease. */
export interface PoolLeakEvent extends Base<'pool.leak'>, OfLease, OfItem {
  readonly heldMs: number;
  /** Where it was acquired. */
  readonly stack: string;
}

/** The pool was asked for something that makes no sense; nothing was changed. */
export interface PoolMisuseEvent {
  readonly type: 'pool.misuse';
  /** When it happened, in ms of the pool's clock. */
  readonly at: number;
  /** Absent for what the pool does not hold. */
  readonly key?: string;
  /** `release()` of a lease that had ended, or `pool.retire()` of what the pool does not hold. */
  readonly call: 'release' | 'retire';
}

/** All that the pool's observer may be told. */
export type PoolEvent =
  | PoolCreateEvent
  | PoolCreatedEvent
  | PoolCreateFailedEvent
  | PoolAcquireEvent
  | PoolAcquiredEvent
  | PoolAcquireFailedEvent
  | PoolReleasedEvent
  | PoolRetiredEvent
  | PoolDestroyedEvent
  | PoolLeakEvent
  | PoolMisuseEvent;
