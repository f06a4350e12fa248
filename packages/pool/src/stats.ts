import type { Partition } from './partition.js';

/** A count of what a key, or the whole pool, holds: `connected = idle + busy + retiring`, always. */
export interface PoolStats {
  /** Keys with an item, a waiter or a create that failed just now. */
  keys: number;
  /** Items that are open. */
  connected: number;
  /** In service and leased to nobody. */
  idle: number;
  /** In service and leased, be it for background work. */
  busy: number;
  /** Out of service, waiting for their last lease to end. */
  retiring: number;
  /** Calls of `create` under way. */
  creating: number;
  /** Calls of `destroy` under way. */
  destroying: number;
  /** Callers in the queue. */
  waiting: number;
  /** Leases that take concurrency. */
  leases: number;
  /** Background leases. */
  background: number;
}

export function countPartitions<K, T>(partitions: Iterable<Partition<K, T>>): PoolStats {
  const stats: PoolStats = {
    keys: 0,
    connected: 0,
    idle: 0,
    busy: 0,
    retiring: 0,
    creating: 0,
    destroying: 0,
    waiting: 0,
    leases: 0,
    background: 0,
  };
  for (const home of partitions) {
    stats.keys++;
    stats.connected += home.items.size;
    stats.idle += home.idle;
    stats.busy += home.live - home.idle;
    stats.retiring += home.items.size - home.live;
    stats.creating += home.creating.size;
    stats.destroying += home.destroying;
    stats.waiting += home.queued;
    for (const item of home.items) {
      stats.leases += item.load;
      stats.background += item.leases - item.load;
    }
  }
  return stats;
}
