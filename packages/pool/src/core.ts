import type { Item } from './item.js';
import type { Partition } from './partition.js';
import type { Settings } from './settings.js';
import type { Ticket } from './ticket.js';

/**
 * The books of a pool, and what decides on them. Whatever happens (a caller comes or leaves, a lease
 * ends, an item opens, fails or goes) is first written down here and then reported to `settle`,
 * which decides who is served and what is opened next. What a lease or its end does to its own item
 * (spent, not kept, given up for another key) is decided there, and what time does by the clean-up.
 * Functions of the user's run only while the books are right, so they may call back into the pool;
 * what was read before one ran has to be read again after it.
 */
export interface Core<K, T> extends Settings<K, T> {
  readonly keys: Map<unknown, Partition<K, T>>;
  readonly items: Map<T, Item<K, T>>;
  /** Keys that lack nothing but a slot of `maxTotal`, in the order of their turns. */
  readonly turns: Set<Partition<K, T>>;
  /** What is leased, oldest first, if leaks are looked for. */
  readonly leases: Set<Ticket>;
  /** Items open or being created. */
  total: number;
  /** Live ones without a lease. */
  idle: number;
  /** Times that an item came to rest. */
  rested: number;
  /** What was last given as an id, to an item or a lease. */
  lastId: number;
  /** Calls of `create` that have not ended, nor has the `destroy` of what came too late. */
  creating: number;
  /** How many leases may end before the next busy item is given up for another key's sake. */
  patience: number;
  cleanup?: unknown;
  /** The time by the coarse clock, and what runs while that is right. */
  now: number;
  tick?: unknown;
  /** Free slots are being given out. */
  dealing?: boolean;
  /** There once the pool is closed; resolves when nothing is left. */
  closing?: Promise<void>;
  /** Resolves it. */
  end?: () => void;
  /** Closed, and not waiting for running leases and creates any more. */
  cut?: boolean;
  /** Decides what happens next to a key. Cheap if nothing is to be done; may be called any time. */
  settle(home: Partition<K, T>, sweeping?: boolean): void;
}

/** Lets `close` end when nothing is left. */
export function quieten<K, T>(core: Core<K, T>): void {
  if (!core.keys.size && (!core.creating || core.cut)) core.end?.();
}

export function createCore<K, T>(
  settings: Settings<K, T>,
  settle: Core<K, T>['settle'],
): Core<K, T> {
  return {
    ...settings,
    settle,
    keys: new Map(),
    items: new Map(),
    turns: new Set(),
    leases: new Set(),
    lastId: 0,
    total: 0,
    rested: 0,
    now: 0,
    patience: 0,
    idle: 0,
    creating: 0,
  };
}
