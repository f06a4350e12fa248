import type { Item } from './item.js';
import type { Partition } from './partition.js';

/** Notes that the item's last lease has ended just now, or that it has just come. */
export function rest<K, T>(item: Item<K, T>): void {
  const { core } = item.home;
  item.idleAt = core.coarse.now();
  item.rested = ++core.rested;
  countIdle(item.home, 1);
}

export function countIdle<K, T>(home: Partition<K, T>, change: 1 | -1): void {
  home.idle += change;
  home.core.idle += change;
}
