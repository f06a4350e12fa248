import { age } from './age.js';
import { after, startWatch } from './clock.js';
import { quieten } from './core.js';
import { PoolTimeoutError } from './errors.js';
import { offerAsGood } from './health.js';
import { rest } from './idle.js';
import type { Item } from './item.js';
import { type Partition, timedOut } from './partition.js';
import { pause, resume } from './pause.js';
import { disappoint } from './queue.js';
import { destroy, dispose, retire, retireByHand } from './retire.js';
import { check } from './settings.js';
import { shelve } from './shelf.js';
import { startSweep } from './sweep.js';

/** Calls `create`, which may throw, hang, ignore its signal and answer when all is over. */
export function open<K, T>(home: Partition<K, T>): void {
  const { core } = home;
  const { clock, createTimeoutMs } = core;
  const itemId = ++core.itemId;
  const elapsed = startWatch(clock);
  const creation = new AbortController();
  const { signal } = creation;

  /** Returns whether it was still being waited for. */
  const end = () => {
    clock.clearTimeout(timer);
    return home.creating.delete(creation);
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
  const timeOut = () => creation.abort(timedOut(home, 'create', createTimeoutMs));
  const arrive = (value: T) => {
    const isItem = value !== undefined && value !== null;
    if (home.creating.has(creation)) {
      const isNew = isItem && !(typeof value === 'object' && core.items.has(value));
      check(isNew, 'create', value, 'a new item');
      end();
      admit(home, itemId, value, elapsed());
    } else if (isItem) {
      void dispose(home, itemId, value, 'late');
    }
  };

  const timer = after(clock, createTimeoutMs, timeOut);
  core.total++;
  core.creating++;
  home.creating.add(creation);
  signal.onabort = () => fail(signal.reason);
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

function admit<K, T>(home: Partition<K, T>, id: number, value: T, durationMs: number): void {
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
  resume(home);
  home.emit?.('created', { itemId: id, durationMs });
  try {
    item.stop = core.factory.watch?.(value, {
      lost: (reason) => {
        // An item that dies before it has served is as bad as none.
        if (item.live && !item.uses) pause(home, reason);
        void retire(item, 'lost', reason);
        void destroy(item, 'lost');
        core.settle(home);
      },
      retire: (reason) => retireByHand(item, reason),
    });
  } catch (error) {
    void retire(item, 'invalid');
    pause(home, error);
    disappoint(home, error);
  }
  // It has come to replace another one.
  const worn = item.live && age(home);
  if (worn) void retire(worn, 'lifetime');
  offerAsGood(item);
  startSweep(core);
}
