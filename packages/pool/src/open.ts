import { age } from './age.js';
import { startWatch } from './clock.js';
import { quieten } from './core.js';
import { PoolTimeoutError } from './errors.js';
import { offerAsGood, watch } from './health.js';
import { rest } from './idle.js';
import type { Item } from './item.js';
import type { Partition } from './partition.js';
import { pause, resume } from './pause.js';
import { disappoint } from './queue.js';
import { dispose, retire } from './retire.js';
import { check } from './settings.js';
import { shelve } from './shelf.js';
import { countPartitions } from './stats.js';
import { startSweep } from './sweep.js';

/** Calls `create`, which may throw, hang, ignore its signal and answer when all is over. */
export function open<K, T>(home: Partition<K, T>): void {
  const { core } = home;
  const { clock, createTimeoutMs, emit, factory } = core;
  const itemId = ++core.lastId;
  const elapsed = startWatch(clock);
  const controller = new AbortController();
  const { signal } = controller;

  /** Returns whether it was still being waited for. */
  const end = () => {
    clock.clearTimeout(timer);
    return home.creations.delete(callOff);
  };
  const fail = (error: unknown) => {
    if (!end()) return;
    // Nobody is to blame for what was called off.
    const counts = !signal.aborted || error instanceof PoolTimeoutError;
    core.total--;
    if (counts) pause(home, error);
    emit?.('pool.create.failed', home.name, { itemId, durationMs: elapsed(), error });
    if (!counts) return;
    disappoint(home, error);
    core.settle(home);
  };
  const callOff = (error?: unknown) => {
    controller.abort(error);
    fail(signal.reason);
  };
  const timeOut = () => {
    const message = `create for ${home.name} took longer than ${createTimeoutMs} ms`;
    callOff(new PoolTimeoutError(message, 'create', countPartitions([home])));
  };
  const arrive = (value: T) => {
    const isItem = value !== undefined && value !== null;
    if (home.creations.has(callOff)) {
      const isNew = isItem && !(typeof value === 'object' && core.byValue.has(value));
      check(isNew, 'create', value, 'a function that gives a new item each time');
      end();
      admit(home, itemId, value, elapsed());
    } else if (isItem) {
      void dispose(home, itemId, value, 'late');
    }
  };

  const timer = createTimeoutMs > 0 && clock.setTimeout(timeOut, createTimeoutMs);
  core.total++;
  core.creates++;
  home.creations.add(callOff);
  emit?.('pool.create', home.name, { itemId });
  const run = async () => factory.create(home.key, { signal });
  void run()
    .then(arrive)
    .catch(fail)
    .then(() => {
      core.creates--;
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
    restedAs: 0,
    idleAt: 0,
    slot: -1,
    goodAt: Infinity,
    id,
    renewAt: expiresAt - maxLifetimeMs * core.lifetimeJitter * (1 - core.random()),
    expiresAt,
  };
  home.items.add(item);
  home.live++;
  core.byValue.set(value, item);
  rest(item);
  shelve(item);
  resume(home);
  core.emit?.('pool.created', home.name, { itemId: id, durationMs });
  try {
    watch(item);
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
