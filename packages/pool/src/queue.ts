import { after } from './clock.js';
import type { Core } from './core.js';
import { PoolFullError } from './errors.js';
import type { Lease } from './lease.js';
import {
  countComing,
  countLacking,
  createPartition,
  type Partition,
  timedOut,
} from './partition.js';
import { countPartitions } from './stats.js';
import type { Ticket } from './ticket.js';
import type { Waiter } from './waiter.js';

/** Queues a caller, who is served, refused, or leaves. */
export function wait<K, T>(
  core: Core<K, T>,
  id: unknown,
  key: K,
  background: boolean,
  ticket: Ticket | undefined,
  signal: AbortSignal | undefined,
): Promise<Lease<T>> {
  const home = core.keys.get(id) ?? createPartition(core, id, key);
  const { acquireTimeoutMs } = core;
  core.keys.set(id, home);
  home.key = key;
  home.dormant = false;
  return new Promise((resolve, reject) => {
    const onAbort = () => leave(waiter, signal?.reason);
    const waiter: Waiter<K, T> = {
      prev: home.last,
      next: undefined,
      home,
      background,
      ticket,
      resolve,
      reject,
      // The coarse clock stands still while the event loop is blocked.
      dueAt: acquireTimeoutMs ? Math.floor(core.clock.now()) + acquireTimeoutMs : Infinity,
      stop: signal && (() => signal.removeEventListener('abort', onAbort)),
    };
    signal?.addEventListener('abort', onAbort);
    if (home.last) home.last.next = waiter;
    else home.first = waiter;
    home.last = waiter;
    count(waiter, 1);
    if (home.first === waiter) setDueTimer(home, acquireTimeoutMs);
    core.settle(home);
    const beyond = home.queued - countComing(home) * core.share;
    if (home.last === waiter && beyond > core.maxQueue) {
      leave(waiter, new PoolFullError(`queue for ${home.name} is full`, countPartitions([home])));
    }
  });
}

/** All of a key wait equally long at most: one timer, for the first, is enough. 0: none. */
function setDueTimer<K, T>(home: Partition<K, T>, ms: number): void {
  const { clock, acquireTimeoutMs } = home.core;
  clock.clearTimeout(home.dueTimer);
  home.dueTimer = after(clock, ms, () => {
    const now = clock.now();
    while (home.first && home.first.dueAt <= now) {
      leave(home.first, timedOut(home, 'acquire', acquireTimeoutMs));
    }
    if (home.first) setDueTimer(home, home.first.dueAt - now);
  });
}

function leave<K, T>(waiter: Waiter<K, T>, error: unknown): void {
  refuse(waiter, error);
  waiter.home.core.settle(waiter.home);
}

/** Takes a waiter out of its queue, and lets go of its signal. */
export function detach<K, T>(waiter: Waiter<K, T>): void {
  const { home, next, prev } = waiter;
  if (prev) prev.next = next;
  else home.first = next;
  if (next) next.prev = prev;
  else home.last = prev;
  waiter.stop?.();
  count(waiter, -1);
  if (!home.first) setDueTimer(home, 0);
}

function count<K, T>(waiter: Waiter<K, T>, change: 1 | -1): void {
  const { home } = waiter;
  home.queued += change;
  // Of items that serve once, everybody needs one.
  if (waiter.background && home.core.maxUses > 1) home.background += change;
}

export function refuse<K, T>(waiter: Waiter<K, T>, error: unknown): void {
  detach(waiter);
  waiter.ticket?.failed(error);
  waiter.reject(error);
}

/** An item could not be had: those who counted on it get the error. */
export function disappoint<K, T>(home: Partition<K, T>, error: unknown): void {
  // With nothing left that could serve them, they all counted on it.
  const most = home.live + countComing(home) ? home.core.share : Infinity;
  let count = Math.min(most, countLacking(home));
  while (home.first && count-- > 0) refuse(home.first, error);
}
