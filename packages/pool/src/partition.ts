import type { Core } from './core.js';
import { type Emit, emitter } from './emit.js';
import { PoolTimeoutError } from './errors.js';
import type { Item } from './item.js';
import { maskKey } from './mask.js';
import { countPartitions } from './stats.js';
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
  readonly emit: Emit | undefined;
  /** As given last by somebody who had to wait: what it carries beside its identity is freshest. */
  key: K;
  /** Live and retiring, oldest first. */
  readonly items: Set<Item<K, T>>;
  live: number;
  /** Of these, the ones being validated. */
  checking: number;
  /** What is being created: calls it off. */
  readonly creating: Set<(reason: unknown) => void>;
  destroying: number;
  /** Callers in the order of their coming. */
  first?: Waiter<K, T> | undefined;
  last?: Waiter<K, T> | undefined;
  /** Runs until the first one is due. */
  dueTimer?: unknown;
  /** How many of them are here for background work, which needs no free room. */
  background: number;
  /** Lost items to `evict` or to other keys, and nobody has come since: opens nothing ahead of need. */
  dormant?: boolean;
  /** Out of the books: what is opened for it now, nobody would see or destroy. */
  forgotten: boolean;
  /** Failed creates in a row. */
  failures: number;
  error?: unknown;
  /** After a failed create: creates nothing. */
  pausing?: boolean;
  /** Ends the pause, and after as long again the memory of the failure. */
  pauseTimer?: unknown;
}

export function createPartition<K, T>(core: Core<K, T>, id: unknown, key: K): Partition<K, T> {
  const name = maskKey(id);
  return {
    spare: undefined,
    queued: 0,
    idle: 0,
    core,
    levels: [],
    lowest: 0,
    id,
    name,
    emit: emitter(core, name),
    key,
    items: new Set(),
    live: 0,
    checking: 0,
    creating: new Set(),
    destroying: 0,
    background: 0,
    failures: 0,
    forgotten: false,
  };
}

/** How many items are on their way to those who wait. */
export function countComing<K, T>(home: Partition<K, T>): number {
  return home.creating.size + home.checking;
}

/** How many callers wait whom nothing that is on its way will serve. */
export function countLacking<K, T>(home: Partition<K, T>): number {
  const coming = countComing(home);
  const others = home.queued - home.background - coming * home.core.share;
  return Math.max(0, others) + (coming ? 0 : home.background);
}

/** What somebody gets who has waited for too long, with the state of the key. */
export function timedOut<K, T>(
  home: Partition<K, T>,
  stage: 'acquire' | 'create',
  ms: number,
): PoolTimeoutError {
  const message = `${stage} for ${home.name} took longer than ${ms} ms`;
  return new PoolTimeoutError(message, stage, countPartitions([home]), { cause: home.error });
}
