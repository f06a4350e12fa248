import { within } from './clock.js';
import type { Item } from './item.js';
import { pause } from './pause.js';
import { destroy, discard, retire } from './retire.js';
import { shelve, unshelve } from './shelf.js';

/** Whether the item has been idle for so long that it must be validated before it is leased. */
export function isStale<K, T>({ home, goodAt, idleAt, leases }: Item<K, T>): boolean {
  const { clock, factory, validateAfterIdleMs } = home.core;
  if (!factory.validate || leases) return false;
  return clock.now() - Math.max(idleAt, goodAt) >= validateAfterIdleMs;
}

/** Validates an idle item, which is not leased meanwhile. */
export function check<K, T>(item: Item<K, T>): void {
  const { home, value } = item;
  const { clock, factory, validateTimeoutMs } = home.core;
  const checked = (good: boolean) => {
    if (!item.live) return;
    if (good) {
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
  void within(clock, validateTimeoutMs, 'validate', () => factory.validate?.(value)).then(
    (good) => checked(good === true),
    () => checked(false),
  );
}

/** Lets the key's callers have an item that is good now. If none takes it, it begins to grow stale. */
export function offerAsGood<K, T>(item: Item<K, T>): void {
  const { core } = item.home;
  item.goodAt = Infinity;
  core.settle(item.home);
  item.goodAt = core.clock.now();
  discard(item);
}

export function watch<K, T>(item: Item<K, T>): void {
  const { home, value } = item;
  const { factory, settle } = home.core;
  item.unwatch = factory.watch?.(value, {
    lost: (reason) => {
      if (!home.items.has(item)) return;
      void retire(item, 'lost', reason);
      void destroy(item, 'lost');
      // An item that dies before it has served is as bad as none.
      if (item.uses === 0) pause(home, reason);
      settle(home);
    },
    retire: (reason) => {
      void retire(item, 'retired', reason);
      settle(home);
    },
  });
}
