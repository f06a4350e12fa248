import { after, startWatch } from './clock.js';
import { quieten } from './core.js';
import { PoolTimeoutError } from './errors.js';
import { offerAsGood } from './health.js';
import { rest } from './idle.js';
import type { Item } from './item.js';
import { type Partition, timedOut } from './partition.js';
import { pause, resume } from './pause.js';
import type { DestroyReason } from './ports.js';
import { disappoint } from './queue.js';
import { destroy, dispose, retire, retireByHand } from './retire.js';
import { check } from './settings.js';
import { shelve } from './shelf.js';
import { startSweep } from './sweep.js';

/**
 * Calls `create`, which may throw, hang, ignore its signal and answer when all is over. What comes of
 * it may be there to replace a `worn` item.
 */
export function open<K, T>(home: Partition<K, T>, worn?: Item<K, T>): void {
  const { core } = home;
  const { clock, createTimeoutMs } = core;
  const itemId = ++core.lastId;
  const elapsed = startWatch(clock);
  const creation = new AbortController();
  const { signal } = creation;

  /** Returns whether it was still being waited for. */
  const end = () => {
    clock.clearTimeout(timer);
    return home.creating.delete(callOff);
  };
  // Does not hang on the signal's events, for those are the user's.
  const callOff = (reason: unknown) => {
    creation.abort(reason);
    fail(signal.reason);
  };
  const fail = (error: unknown) => {
    if (!end()) return;
    // Nobody is to blame for what was called off.
    const counts = !signal.aborted || error instanceof PoolTimeoutError;
    core.total--;
    if (counts) pause(home, error);
    home.emit?.('create.failed', { itemId, durationMs: elapsed(), error });
    if (!counts) return;
    disappoint(home, error);
    core.settle(home);
  };
  const arrive = (value: T) => {
    const isItem = value !== undefined && value !== null;
    // Of numbers and texts, equal ones may be different items.
    const isNew = isItem && !(Object(value) === value && core.items.has(value));
    if (home.creating.has(callOff)) {
      check(isNew, 'create', value, 'a new item');
      end();
      admit(home, itemId, value, elapsed(), worn);
    } else if (isNew) {
      return dispose(home, itemId, value, 'late');
    }
  };

  const timer = after(clock, createTimeoutMs, () =>
    callOff(timedOut(home, 'create', createTimeoutMs)),
  );
  core.total++;
  core.creating++;
  home.creating.add(callOff);
  home.emit?.('create', { itemId });
  const run = async () => core.factory.create(home.key, { signal });
  void run()
    .then(arrive)
    .catch(fail)
    .then(() => {
      core.creating--;
      quieten(core);
    });
}

function admit<K, T>(
  home: Partition<K, T>,
  id: number,
  value: T,
  durationMs: number,
  worn?: Item<K, T>,
): void {
  const { core } = home;
  const { maxLifetimeMs } = core;
  const expiresAt = maxLifetimeMs ? core.clock.now() + maxLifetimeMs : Infinity;
  const item: Item<K, T> = {
    home,
    value,
    live: true,
    load: 0,
    leases: 0,
    uses: 0,
    checking: false,
    rested: 0,
    idleAt: 0,
    slot: -1,
    goodAt: Infinity,
    id,
    renewAt: expiresAt - maxLifetimeMs * core.lifetimeJitter * core.random(),
    expiresAt,
  };
  home.items.add(item);
  home.live++;
  core.items.set(value, item);
  rest(item);
  shelve(item);
  home.emit?.('created', { itemId: id, durationMs });
  let watching = true;
  const end = (reason: DestroyReason, cause: unknown) => {
    // An item that dies before it has served is as bad as none.
    const failed = item.live && !item.uses;
    if (failed) pause(home, cause);
    void retire(item, reason, cause);
    void destroy(item, reason);
    // Who waits was never offered it, and would have the next one opened at once.
    if (watching) disappoint(home, cause ?? new Error(reason));
    core.settle(home);
  };
  try {
    // Who was told of it may have got rid of it.
    if (home.items.has(item)) {
      item.stop = core.factory.watch?.(value, {
        lost: (cause) => end('lost', cause),
        // What is reported before anybody could lease it is no better for being still alive.
        retire: (cause) => (watching ? end('retired', cause) : retireByHand(item, cause)),
      });
    }
    // So may its watcher, before it said how to stop.
    if (!home.items.has(item)) item.stop?.();
  } catch (error) {
    end('invalid', error);
  }
  watching = false;
  if (item.live || item.uses) resume(home);
  if (worn && item.live) void retire(worn, 'lifetime');
  offerAsGood(item);
  startSweep(core);
}
