import type { Core } from './core.js';
import type { Item } from './item.js';
import { List } from './list.js';
import { maskKey } from './mask.js';
import type { Waiter } from './waiter.js';

/** All that the pool knows about one key. It goes when nothing is left in it. */
export interface Partition<K, T> {
  /** The item that came to rest last. */
  spare: Item<K, T> | undefined;
  /** Callers in its queue. */
  queued: number;
  /** Live ones without a lease. */
  idle: number;
  readonly core: Core<K, T>;
  /** The other items that may be leased, by how many leases they carry; none carries less than `lowest`. */
  readonly levels: Item<K, T>[][];
  lowest: number;
  /** What makes the key itself. */
  readonly id: unknown;
  /** The name for errors and events. */
  readonly name: string;
  /** As given last by somebody who had to wait: what it carries beside its identity is freshest. */
  key: K;
  /** Live and retiring, oldest first. */
  readonly items: Set<Item<K, T>>;
  live: number;
  /** Of these, the ones being validated. */
  checking: number;
  /** What is being created: each calls it off. */
  readonly creations: Set<(error?: unknown) => void>;
  destroying: number;
  /** Callers in the order of their coming. */
  readonly queue: List<Waiter<K, T>>;
  /** How many of them are here for background work, which needs no free room. */
  streams: number;
  /** Lost items to `evict` or to other keys, and nobody has come since: opens nothing ahead of need. */
  dormant: boolean;
  /** Failed creates in a row. */
  failures: number;
  lastError?: unknown;
  /** Runs while the key pauses after a failed create. */
  retryTimer?: unknown;
}

export function createPartition<K, T>(core: Core<K, T>, id: unknown, key: K): Partition<K, T> {
  return {
    spare: undefined,
    queued: 0,
    idle: 0,
    core,
    levels: [],
    lowest: 0,
    id,
    name: maskKey(id),
    key,
    items: new Set(),
    live: 0,
    checking: 0,
    creations: new Set(),
    destroying: 0,
    queue: new List(),
    streams: 0,
    dormant: false,
    failures: 0,
  };
}

/** How many items are on their way to those who wait. */
export function countComing<K, T>({ creations, checking }: Partition<K, T>): number {
  return creations.size + checking;
}

/** How many callers wait whom nothing that is on its way will serve. */
export function countLacking<K, T>(home: Partition<K, T>): number {
  const coming = countComing(home);
  const others = home.queued - home.streams - coming * home.core.share;
  return Math.max(0, others) + (coming ? 0 : home.streams);
}
