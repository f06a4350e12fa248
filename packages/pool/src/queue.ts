import type { Core } from './core.js';
import { PoolFullError, PoolTimeoutError } from './errors.js';
import type { Lease } from './lease.js';
import { countComing, countLacking, createPartition, type Partition } from './partition.js';
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
  const home = core.homes.get(id) ?? createPartition(core, id, key);
  const { acquireTimeoutMs, maxQueue } = core;
  core.homes.set(id, home);
  home.key = key;
  home.dormant = false;
  return new Promise((resolve, reject) => {
    const onAbort = () => leave(waiter, signal?.reason);
    const waiter: Waiter<K, T> = {
      prev: undefined,
      next: undefined,
      home,
      background,
      ticket,
      resolve,
      reject,
      dueAt: acquireTimeoutMs ? core.coarse.now() + acquireTimeoutMs : Infinity,
      unlisten: signal && (() => signal.removeEventListener('abort', onAbort)),
    };
    signal?.addEventListener('abort', onAbort);
    home.queue.push(waiter);
    home.queued++;
    if (background) home.streams++;
    if (!core.queued++) setDueTimer(core, acquireTimeoutMs);
    core.settle(home);
    if (home.queue.last === waiter && countLacking(home) > maxQueue) {
      const message = `the queue for ${home.name} is full (maxQueue: ${maxQueue})`;
      leave(waiter, new PoolFullError(message, countPartitions([home])));
    }
  });
}

/** All wait equally long at most: one timer, for the first, is enough for everybody. 0: none. */
function setDueTimer<K, T>(core: Core<K, T>, ms: number): void {
  const { clock } = core;
  clock.clearTimeout(core.dueTimer);
  if (!ms) return;
  core.dueTimer = clock.setTimeout(() => {
    const now = clock.now();
    let nextAt = Infinity;
    for (const { queue } of [...core.homes.values()]) {
      while (queue.first && queue.first.dueAt <= now) expire(queue.first);
      nextAt = Math.min(nextAt, queue.first?.dueAt ?? Infinity);
    }
    if (nextAt < Infinity) setDueTimer(core, nextAt - now);
  }, ms);
}

function expire<K, T>(waiter: Waiter<K, T>): void {
  const { home } = waiter;
  const message = `no lease for ${home.name} within ${home.core.acquireTimeoutMs} ms`;
  const options = home.failures ? { cause: home.lastError } : undefined;
  leave(waiter, new PoolTimeoutError(message, 'acquire', countPartitions([home]), options));
}

function leave<K, T>(waiter: Waiter<K, T>, error: unknown): void {
  refuse(waiter, error);
  waiter.home.core.settle(waiter.home);
}

/** Takes a waiter out of its queue, and lets go of its signal. */
export function detach<K, T>(waiter: Waiter<K, T>): void {
  const { home } = waiter;
  home.queue.remove(waiter);
  waiter.unlisten?.();
  home.queued--;
  if (waiter.background) home.streams--;
  if (!--home.core.queued) setDueTimer(home.core, 0);
}

export function refuse<K, T>(waiter: Waiter<K, T>, error: unknown): void {
  detach(waiter);
  waiter.ticket?.refused(error);
  waiter.reject(error);
}

/** An item could not be had: those who counted on it get the error. */
export function disappoint<K, T>(home: Partition<K, T>, error: unknown): void {
  // With nothing left that could serve them, they all counted on it.
  const most = home.live + countComing(home) ? home.core.share : Infinity;
  for (let count = Math.min(most, countLacking(home)); count > 0; count--) {
    if (home.queue.first) refuse(home.queue.first, error);
  }
}
