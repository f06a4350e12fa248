import { startIdly } from './clock.js';
import type { Core } from './core.js';
import type { Item } from './item.js';
import type { Partition } from './partition.js';

/**
 * The time of the millisecond in which it was first asked. Reading the clock may cost as much as the
 * rest of a lease, and nobody minds a millisecond.
 */
function coarseNow<K, T>(core: Core<K, T>): number {
  if (core.tick === undefined) {
    // Whole numbers are kept in place; others would each take an allocation.
    core.now = Math.floor(core.clock.now());
    core.tick = startIdly(core.clock, 1, () => {
      core.tick = undefined;
    });
  }
  return core.now;
}

/** Notes that the item's last lease has ended just now, or that it has just come. */
export function rest<K, T>(item: Item<K, T>): void {
  const { core } = item.home;
  item.idleAt = coarseNow(core);
  item.rested = ++core.rested;
  countIdle(item.home, 1);
}

export function countIdle<K, T>(home: Partition<K, T>, change: 1 | -1): void {
  home.idle += change;
  home.core.idle += change;
}
