import { startWatch, within } from './clock.js';
import { countIdle } from './idle.js';
import type { Item } from './item.js';
import type { Partition } from './partition.js';
import type { DestroyReason } from './ports.js';
import { unshelve } from './shelf.js';

/**
 * Takes an item out of service: no more leases; destroyed now, or when its last lease ends. The
 * caller settles. Returns when it is destroyed, unless leases are running.
 */
export function retire<K, T>(
  item: Item<K, T>,
  reason: DestroyReason,
  cause?: unknown,
): Promise<void> | undefined {
  const { home, leases } = item;
  item.cause = cause ?? reason;
  if (item.live) {
    unshelve(item);
    item.live = false;
    item.reason = reason;
    home.live--;
    if (item.checking) home.checking--;
    if (!leases) countIdle(home, -1);
    // What others need more is not opened anew as a reserve.
    if (reason === 'displaced') home.dormant = true;
    home.emit?.('retired', { itemId: item.id, reason, detail: cause, leases });
  }
  // Who was spared by one reason is told of the next.
  for (const holder of item.retiring ?? []) holder.abort(item.cause);
  if (!item.leases) return destroy(item, reason);
}

/** Retires an item for a reason of the user's. */
export function retireByHand<K, T>(item: Item<K, T>, reason: unknown): void {
  void retire(item, 'retired', reason);
  item.home.core.settle(item.home);
}

/** Retires an item that nobody uses, where idle items are not kept. */
export function discard<K, T>(item: Item<K, T>): void {
  if (!item.home.core.keepAlive && !item.leases) void retire(item, 'released');
}

/** Destroys an item that is out of service, unless that has been done. */
export function destroy<K, T>(item: Item<K, T>, reason: DestroyReason): Promise<void> | undefined {
  const { home } = item;
  const { core } = home;
  if (!home.items.delete(item)) return;
  if (core.items.get(item.value) === item) core.items.delete(item.value);
  if (item.reason === 'displaced') core.patience = 0;
  core.total--;
  try {
    item.stop?.();
  } catch {
    // The item goes, whether or not its watcher can let go.
  }
  return dispose(home, item.id, item.value, reason);
}

export async function dispose<K, T>(
  home: Partition<K, T>,
  itemId: number,
  value: T,
  reason: DestroyReason,
): Promise<void> {
  const { core } = home;
  const { clock } = core;
  const elapsed = startWatch(clock);
  home.destroying++;
  const error = await within(clock, core.destroyTimeoutMs, 'destroy', async () => {
    await core.factory.destroy(value, reason);
  });
  home.destroying--;
  home.emit?.('destroyed', { itemId, reason, durationMs: elapsed(), error });
  core.settle(home);
}
