import { type Core, quieten } from './core.js';
import { PoolClosedError } from './errors.js';
import type { Partition } from './partition.js';
import { resume } from './pause.js';
import type { DestroyReason } from './ports.js';
import { refuse } from './queue.js';
import { destroy, retire } from './retire.js';

/** Retires all items of a key and calls off what is being created; those who wait go on waiting. */
export async function evict<K, T>(
  home: Partition<K, T>,
  reason: DestroyReason = 'evicted',
  error?: unknown,
): Promise<void> {
  home.dormant = true;
  resume(home);
  for (const callOff of home.creations) callOff(error);
  const ends = [...home.items].map((item) => retire(item, reason));
  home.core.settle(home);
  await Promise.all(ends);
}

/** Turns away who waits and retires everything; `onQuiet` is there already, so that nobody comes. */
export function shut<K, T>(core: Core<K, T>): void {
  core.coarse.stop();
  core.clock.clearTimeout(core.sweepTimer);
  core.turns.clear();
  const error = new PoolClosedError('the pool was closed');
  for (const home of core.homes.values()) {
    while (home.queue.first) refuse(home.queue.first, error);
    void evict(home, 'closed', error);
  }
  quieten(core);
}

/** Ends a closed pool though leases are running and creates have not answered. */
export function cutShort<K, T>(core: Core<K, T>): void {
  core.cut = true;
  for (const home of core.homes.values()) {
    for (const item of home.items) void destroy(item, 'closed');
  }
  quieten(core);
}
