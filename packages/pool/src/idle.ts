import type { Core } from './core.js';
import type { Item } from './item.js';
import type { Partition } from './partition.js';

/** Notes that the item's last lease has ended just now, or that it has just come. */
export function rest<K, T>(item: Item<K, T>): void {
  const { core } = item.home;
  item.idleAt = core.coarse.now();
  item.restedAs = ++core.rests;
  countIdle(item.home, 1);
}

export function countIdle<K, T>(home: Partition<K, T>, change: 1 | -1): void {
  home.idle += change;
  home.core.idle += change;
}

/** The item, of whatever key, that nobody has leased for longest. Asked only to open another for it. */
export function longestIdle<K, T>({ homes, idle }: Core<K, T>): Item<K, T> | undefined {
  let longest: Item<K, T> | undefined;
  if (!idle) return;
  for (const home of homes.values()) {
    if (!home.idle) continue;
    for (const item of home.items) {
      if (!item.live || item.leases) continue;
      if (!longest || item.restedAs < longest.restedAs) longest = item;
    }
  }
  return longest;
}
