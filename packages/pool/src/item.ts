import type { Partition } from './partition.js';
import type { DestroyReason } from './ports.js';

/**
 * One item that the pool holds, from the moment `create` gave it. What every lease touches comes
 * first, to be together in memory.
 */
export interface Item<K, T> {
  readonly home: Partition<K, T>;
  readonly value: T;
  /** In service. */
  live: boolean;
  /** Leases that take concurrency. */
  load: number;
  /** All leases, background ones included. */
  leases: number;
  /** Leases so far. */
  uses: number;
  /** `validate` is running. */
  checking: boolean;
  /** When it last began to rest: counted in rests of the pool, to the rest; and in ms. */
  rested: number;
  idleAt: number;
  /** Its place among the equally loaded, or -1. */
  slot: number;
  /** When it was last found good. Infinity: just now, whoever comes next need not validate it. */
  goodAt: number;
  readonly id: number;
  /** From here on a replacement is wanted, and from here on it is not leased. */
  readonly renewAt: number;
  readonly expiresAt: number;
  /** Why it left service, once it did, and what its holders are told about that. */
  reason?: DestroyReason;
  cause?: unknown;
  /** Of the holders that asked to be told. */
  retiring?: Set<AbortController>;
  // biome-ignore lint/suspicious/noConfusingVoidType: a watcher may simply return nothing.
  stop?: void | (() => void);
}
