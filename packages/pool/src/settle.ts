import { age } from './age.js';
import { holdProcess } from './clock.js';
import type { Core } from './core.js';
import { check, isStale } from './health.js';
import type { Item } from './item.js';
import { type Lease, lease } from './lease.js';
import { open } from './open.js';
import { countComing, countLacking, type Partition } from './partition.js';
import { detach } from './queue.js';
import { retire } from './retire.js';
import { isOffered, leastLoaded } from './shelf.js';
import type { Ticket } from './ticket.js';
import { displace, hasSlot } from './turns.js';

/** A lease, if one is to be had at once and nobody was here before. */
export function leaseNow<K, T>(
  home: Partition<K, T>,
  background: boolean,
  ticket: Ticket | undefined,
): Lease<T> | undefined {
  if (home.queued) return;
  age(home);
  const item = offer(home, background);
  if (!item || isStale(item)) return;
  const given = lease(item, background, ticket);
  if (home.core.speculates) settle(home);
  return given;
}

/** The one place where it is decided what happens next to a key; see {@link Core}. */
export function settle<K, T>(home: Partition<K, T>, sweeping = false): void {
  const { core } = home;
  if (!core.onQuiet) {
    age(home);
    serve(home);
    if (openWhatIsLacking(home, sweeping)) core.turns.add(home);
    else core.turns.delete(home);
  }
  if (isEmpty(home) && core.homes.get(home.id) === home) core.homes.delete(home.id);
  deal(core);
}

function serve<K, T>(home: Partition<K, T>): void {
  let waiter = home.queue.first;
  while (waiter) {
    const item = offer(home, waiter.background);
    if (!item) {
      // Background work behind others may still be served, for it takes nothing away from them.
      waiter = home.streams ? waiter.next : undefined;
    } else if (!isStale(item)) {
      detach(waiter);
      waiter.resolve(lease(item, waiter.background, waiter.ticket));
      waiter = home.queue.first;
    } else if (home.checking * home.core.share < home.queued) {
      check(item);
    } else {
      return;
    }
  }
}

/** The item that may be leased now: the least loaded one, or for background work any. */
function offer<K, T>(home: Partition<K, T>, background: boolean): Item<K, T> | undefined {
  const item = leastLoaded(home);
  if (item || !background) return item;
  for (const full of home.items) if (isOffered(full)) return full;
  return;
}

/** Opens what is lacking. Returns whether the key needs a slot of `maxTotal`, and only that. */
function openWhatIsLacking<K, T>(home: Partition<K, T>, sweeping: boolean): boolean {
  const { core } = home;
  for (;;) {
    const worn = age(home);
    const short = countLacking(home) > 0;
    if (!short && !wantsSpare(home, worn, sweeping)) return false;
    if (home.retryTimer !== undefined) {
      holdProcess(home.retryTimer, short);
      return false;
    }
    const grows = mayGrow(home);
    // Who comes while others wait for a slot goes behind them.
    const first = core.dealing || !core.turns.size;
    if (grows && first && (hasSlot(core) || (short && displace(home)))) open(home);
    // Without room for both, the old one goes before the new one comes.
    else if (worn) void retire(worn, 'lifetime');
    else return short && grows;
  }
}

/**
 * Whether one more should be opened though nobody waits: reserve, head room or a replacement. One
 * at a time, so that a clock that jumps starts no storm; and after a failure only when cleaning up.
 */
function wantsSpare<K, T>(
  home: Partition<K, T>,
  worn: Item<K, T> | undefined,
  sweeping: boolean,
): boolean {
  const { maxConcurrency, minIdle, share } = home.core;
  if (home.dormant || countComing(home) || (home.failures && !sweeping)) return false;
  const load = leastLoaded(home)?.load ?? maxConcurrency;
  return !!worn || home.idle < minIdle || (home.live > 0 && load > share);
}

function mayGrow<K, T>({ core, creations, items, key, live }: Partition<K, T>): boolean {
  const { factory, maxConnections } = core;
  const count = live + creations.size;
  // It decides on what there is, so what is being created has to be there first.
  if (!count || count >= maxConnections || (factory.mayGrow && creations.size)) return !count;
  const values = [...items].filter((item) => item.live).map((item) => item.value);
  try {
    return factory.mayGrow?.(key, values) ?? true;
  } catch {
    return false;
  }
}

function isEmpty<K, T>(home: Partition<K, T>): boolean {
  const open = home.items.size + home.creations.size + home.destroying;
  return !open && !home.queued && home.retryTimer === undefined;
}

/** Gives free slots to the keys that wait for one, in turn. */
function deal<K, T>(core: Core<K, T>): void {
  if (core.dealing) return;
  core.dealing = true;
  for (const home of core.turns) {
    if (!hasSlot(core) && !core.idle) break;
    core.turns.delete(home);
    settle(home);
  }
  core.dealing = false;
}
