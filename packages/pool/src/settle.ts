import { age } from './age.js';
import { holdProcess } from './clock.js';
import { type Core, quieten } from './core.js';
import { check, isStale } from './health.js';
import type { Item } from './item.js';
import { ItemLease } from './lease.js';
import { open } from './open.js';
import { countComing, countLacking, type Partition } from './partition.js';
import { detach } from './queue.js';
import { retire } from './retire.js';
import { isOffered, leastLoaded } from './shelf.js';
import type { Ticket } from './ticket.js';
import { displace } from './turns.js';
import type { Waiter } from './waiter.js';

/** A lease, if one is to be had at once and nobody was here before. */
export function leaseNow<K, T>(
  home: Partition<K, T>,
  background: boolean,
  ticket: Ticket | undefined,
): ItemLease<K, T> | undefined {
  if (home.queued) return;
  const item = offer(home, background);
  if (!item || isStale(item)) return;
  const lease = new ItemLease(item, background, ticket);
  if (home.core.speculates) {
    home.dormant = false;
    settle(home);
  }
  return lease;
}

/** The one place where it is decided what happens next to a key; see {@link Core}. */
export function settle<K, T>(home: Partition<K, T>, sweeping = false): void {
  const { core } = home;
  if (!core.closing) {
    serve(home);
    if (openWhatIsLacking(home, sweeping)) core.turns.add(home);
    else core.turns.delete(home);
  }
  const held = home.items.size + home.creating.size + home.destroying + home.queued;
  if (!held && !home.forgotten && home.pauseTimer === undefined) {
    core.keys.delete(home.id);
    home.forgotten = true;
  }
  deal(core);
  quieten(core);
}

function serve<K, T>(home: Partition<K, T>): void {
  const { core } = home;
  while (home.first) {
    // This may run functions of the user's, who then may leave: only after it, who is next is certain.
    const item = offer(home, home.background > 0);
    let waiter = home.first as Waiter<K, T> | undefined;
    // Background work behind others may still be served, for it takes nothing away from them.
    const isFull = item && item.load >= core.maxConcurrency;
    while (isFull && waiter && !waiter.background) waiter = waiter.next;
    if (!item || !waiter) return;
    if (!isStale(item)) {
      detach(waiter);
      waiter.resolve(new ItemLease(item, waiter.background, waiter.ticket));
    } else if (home.checking * core.share < home.queued) {
      void check(item);
    } else {
      return;
    }
  }
}

/** The item that may be leased now: the least loaded one, or for background work any. */
function offer<K, T>(home: Partition<K, T>, background: boolean): Item<K, T> | undefined {
  age(home);
  const item = leastLoaded(home);
  if (item || !background) return item;
  for (const full of home.items) if (isOffered(full)) return full;
  return;
}

/** Opens what is lacking. Returns whether the key needs a slot of `maxTotal`, and only that. */
function openWhatIsLacking<K, T>(home: Partition<K, T>, sweeping: boolean): boolean {
  const { core } = home;
  const worn = age(home);
  // Each round may have run functions of the user's.
  while (!core.closing && !home.forgotten) {
    const short = countLacking(home) > 0;
    if (!short && !wantsSpare(home, worn, sweeping)) return false;
    if (home.pausing) {
      holdProcess(home.pauseTimer, short);
      return false;
    }
    const grows = mayGrow(home);
    // Who comes while others wait for a slot goes behind them.
    const first = core.dealing || !core.turns.size;
    const hasRoom = core.total < core.maxTotal;
    if (grows && first && hasRoom) open(home, worn);
    // Without room for both, the old one goes before the new one comes, if there is room then.
    else if (worn?.live && first && (hasRoom || !worn.leases) && !countComing(home))
      void retire(worn, 'lifetime');
    else return short && grows;
  }
  return false;
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
  const { core } = home;
  if (home.dormant || countComing(home) || (home.failures && !sweeping)) return false;
  const load = leastLoaded(home)?.load ?? core.maxConcurrency;
  return !!(worn || home.idle < core.minIdle || (home.live && load > core.share));
}

function mayGrow<K, T>(home: Partition<K, T>): boolean {
  const { core } = home;
  const { factory } = core;
  const count = home.live + home.creating.size;
  // It decides on what there is, so what is being created has to be there first.
  if (!count || count >= core.maxConnections || (factory.mayGrow && home.creating.size))
    return !count;
  const values = [...home.items].flatMap((item) => (item.live ? [item.value] : []));
  try {
    return factory.mayGrow?.(home.key, values) ?? true;
  } catch {
    return false;
  }
}

/** Gives free slots to the keys that wait for one, in turn. */
function deal<K, T>(core: Core<K, T>): void {
  if (core.dealing) return;
  core.dealing = true;
  for (const home of core.turns) {
    if (core.total >= core.maxTotal && !displace(core)) break;
    core.turns.delete(home);
    settle(home);
  }
  core.dealing = false;
}
