import { systemClock } from './clock.js';
import { callback, check, checkOptions, clockRule, count, duration, having } from './options.js';
import type { Clock, Policy } from './ports.js';

export interface PerKeyOptions {
  /**
   * Keys that are remembered; beyond that the least recently used one is forgotten.
   * @default 10_000
   */
  readonly maxKeys?: number;
  /**
   * A key that was not used for so long is forgotten, ms; 0 or `Infinity`: never.
   * @default 600_000
   */
  readonly idleMs?: number;
  readonly clock?: Clock;
}

export interface PerKey<P extends Policy> extends Policy {
  /** Keys that are remembered. */
  readonly size: number;
  /** The policy of `key`, made now if there is none. Counts as a use. */
  get(key: unknown): P;
}

interface Entry<P> {
  readonly policy: P;
  usedAt: number;
}

// So that a map full of busy policies costs a new key a glance at a few, not at all of them.
const SECOND_CHANCES = 16;

/**
 * One policy for each `key` of a call: one breaker per endpoint, for example. Calls without a key
 * share one policy.
 *
 * A policy that is `busy` (an open or isolated circuit, a bulkhead with calls in it) counts as in
 * use and stays, unless `maxKeys` leaves no other choice. Forgetting needs no timer: it happens as
 * others are used.
 * @throws ConfigError for a wrong option.
 */
export function perKey<P extends Policy>(
  make: (key: unknown) => P,
  options: PerKeyOptions = {},
): PerKey<P> {
  check('make', make, callback);
  checkOptions('perKey', options, { maxKeys: count(1), idleMs: duration, clock: clockRule() });
  const { maxKeys = 10_000, idleMs = 600_000, clock = systemClock } = options;
  // In order of last use: a Map keeps the order of insertion.
  const entries = new Map<unknown, Entry<P>>();
  let latest: Entry<P> | undefined;

  function use(key: unknown, entry: Entry<P>, now: number): P {
    entry.usedAt = now;
    if (entry !== latest) {
      entries.delete(key);
      entries.set(key, entry);
      latest = entry;
    }
    return entry.policy;
  }

  function forget(now: number, limit: number): void {
    let chances = SECOND_CHANCES;
    for (const [key, entry] of entries) {
      const full = entries.size > limit;
      if (!full && now - entry.usedAt < (idleMs || Infinity)) return;
      if (entry.policy.busy && chances-- > 0) {
        latest = undefined;
        use(key, entry, now);
      } else if (full || !entry.policy.busy) entries.delete(key);
      else return;
    }
  }

  function get(key: unknown): P {
    const now = clock.now();
    forget(now, maxKeys);
    const known = entries.get(key);
    if (known) return use(key, known, now);
    const policy = make(key);
    check('make(key)', policy, having('execute'));
    forget(now, maxKeys - 1);
    return use(key, { policy, usedAt: now }, now);
  }

  return {
    get size() {
      return entries.size;
    },
    get,
    // async, so that a `make` that throws rejects
    execute: async (fn, call) => get(call?.key).execute(fn, call),
  };
}
