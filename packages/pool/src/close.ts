import { type Core, quieten } from './core.js';
import { PoolClosedError } from './errors.js';
import type { CloseOptions } from './options.js';
import type { Partition } from './partition.js';
import { resume } from './pause.js';
import type { DestroyReason } from './ports.js';
import { refuse } from './queue.js';
import { destroy, retire } from './retire.js';
import { CLOSE, resolve } from './settings.js';

/**
 * Retires all items of keys and calls off what is being created. Those who wait go on waiting, unless
 * there is an `error` for them.
 */
export async function evict<K, T>(
  homes: Iterable<Partition<K, T>>,
  reason: DestroyReason = 'evicted',
  error?: unknown,
): Promise<void> {
  const ends: (Promise<void> | undefined)[] = [];
  // Who is told may open more: copies end.
  for (const home of [...homes]) {
    home.dormant = true;
    resume(home);
    while (error && home.first) refuse(home.first, error);
    for (const callOff of [...home.creating]) callOff(error);
    for (const item of [...home.items]) ends.push(retire(item, reason));
    home.core.settle(home);
  }
  await Promise.all(ends);
}

/** Turns away who waits and retires everything; cuts short what takes too long. */
export async function close<K, T>(core: Core<K, T>, options: CloseOptions = {}): Promise<void> {
  const { clock } = core;
  const { drainTimeoutMs } = resolve(options, CLOSE);
  const cut = () => {
    core.cut = true;
    for (const home of core.keys.values())
      for (const item of home.items) void destroy(item, 'closed');
    quieten(core);
  };
  // Set before anything is told, so that who is told and comes back is refused.
  core.closing ??= new Promise((resolve) => {
    core.end = resolve;
  });
  clock.clearTimeout(core.tick);
  clock.clearTimeout(core.cleanup);
  const error = new PoolClosedError('the pool is closed');
  void evict(core.keys.values(), 'closed', error);
  quieten(core);
  if (!drainTimeoutMs) cut();
  const timer = clock.setTimeout(cut, drainTimeoutMs);
  await core.closing;
  clock.clearTimeout(timer);
}
