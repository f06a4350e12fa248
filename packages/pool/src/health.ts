import { within } from './clock.js';
import type { Item } from './item.js';
import { discard, retire } from './retire.js';
import { shelve, unshelve } from './shelf.js';

/** Whether the item has been idle for so long that it must be validated before it is leased. */
export function isStale<K, T>({ home, goodAt, idleAt, leases }: Item<K, T>): boolean {
  const { core } = home;
  if (!core.factory.validate || leases) return false;
  return core.clock.now() - Math.max(idleAt, goodAt) >= core.validateAfterIdleMs;
}

/** Validates an idle item, which is not leased meanwhile. */
export function check<K, T>(item: Item<K, T>): void {
  const { home } = item;
  const { core } = home;
  const checked = (good: unknown) => {
    if (!item.live) return;
    if (good === true) {
      item.checking = false;
      home.checking--;
      shelve(item);
    } else {
      void retire(item, 'invalid');
    }
    offerAsGood(item);
  };
  unshelve(item);
  item.checking = true;
  home.checking++;
  void within(core.clock, core.validateTimeoutMs, 'validate', () =>
    core.factory.validate?.(item.value),
  )
    .catch(() => false)
    .then(checked);
}

/** Lets the key's callers have an item that is good now. If none takes it, it begins to grow stale. */
export function offerAsGood<K, T>(item: Item<K, T>): void {
  const { core } = item.home;
  item.goodAt = Infinity;
  core.settle(item.home);
  item.goodAt = core.clock.now();
  discard(item);
}
