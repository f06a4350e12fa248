import { within } from './clock.js';
import type { Item } from './item.js';
import { discard, retire } from './retire.js';
import { shelve, unshelve } from './shelf.js';

/** Whether the item has been idle for so long that it must be validated before it is leased. */
export function isStale<K, T>(item: Item<K, T>): boolean {
  const { core } = item.home;
  if (!core.factory.validate || item.leases) return false;
  return core.clock.now() - Math.max(item.idleAt, item.goodAt) >= core.validateAfterIdleMs;
}

/** Validates an idle item, which is not leased meanwhile. */
export async function check<K, T>(item: Item<K, T>): Promise<void> {
  const { home } = item;
  const { core } = home;
  unshelve(item);
  item.checking = true;
  home.checking++;
  const validate = async () => core.factory.validate?.(item.value);
  const good = await within(core.clock, core.validateTimeoutMs, 'validate', validate);
  if (!item.live) return;
  if (good === true) {
    item.checking = false;
    home.checking--;
    shelve(item);
  } else {
    void retire(item, 'invalid');
  }
  offerAsGood(item);
}

/** Lets the key's callers have an item that is good now. If none takes it, it begins to grow stale. */
export function offerAsGood<K, T>(item: Item<K, T>): void {
  const { core } = item.home;
  item.goodAt = Infinity;
  core.settle(item.home);
  item.goodAt = core.clock.now();
  discard(item);
}
