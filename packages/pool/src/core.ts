import { CoarseClock, holdProcess, within } from './clock.js';
import { startCreation } from './creation.js';
import { emitter } from './emit.js';
import { ConfigError, PoolClosedError, PoolFullError, PoolTimeoutError } from './errors.js';
import { IdleOrder } from './idle-order.js';
import { Item } from './item.js';
import { ItemLease, type Lease, type Ledger } from './lease.js';
import { List } from './list.js';
import { maskKey } from './mask.js';
import { Partition } from './partition.js';
import type { DestroyReason } from './ports.js';
import type { Settings } from './settings.js';
import { least, put, take } from './shelf.js';
import { countPartitions } from './stats.js';
import type { Ticket, Waiter } from './waiter.js';

/** However long a key has been failing, it is tried again after this. */
const MAX_RETRY_DELAY_MS = 30_000;
/** How early an idle item may seem to have begun to rest, if that is within 1 % of what it is for. */
const MAX_SLACK_MS = 1_000;

export type Core<K, T> = ReturnType<typeof createCore<K, T>>;

/**
 * The state machine. Whatever happens (a caller comes or leaves, a lease ends, an item opens, fails
 * or goes) is first written down and then reported to `settle`, which alone decides what is leased,
 * opened or given up next. Functions of the user's run only while the books are right, so they may
 * call back into the pool.
 */
export function createCore<K, T>(settings: Settings<K, T>, onItem: () => void) {
  const { clock, factory, random, share } = settings;
  const { maxConnections, maxConcurrency, maxTotal, maxUses, maxLifetimeMs, minIdle } = settings;
  const emit = emitter(settings);
  const partitions = new Map<unknown, Partition<K, T>>();
  const byValue = new Map<T, Item<K, T>>();
  /** What is leased, oldest first, if leaks are looked for. */
  const leased = new Set<Ticket<K, T>>();
  const idle = new IdleOrder<K, T>();
  /** Keys that lack nothing but a slot of `maxTotal`, in the order of their turns. */
  const turns = new List<Partition<K, T>>();
  /** Whether items may be opened, or replaced, ahead of need. */
  const speculates = share < maxConcurrency || minIdle > 0 || maxLifetimeMs > 0;
  const coarse = new CoarseClock(
    clock,
    Math.min(
      MAX_SLACK_MS,
      (settings.maxIdleMs || Infinity) / 100,
      factory.validate ? settings.validateAfterIdleMs / 100 : Infinity,
    ),
  );
  /** Many callers come at the same moment. */
  const arrivals = new CoarseClock(clock, 1);
  /** Items open or being created. */
  let total = 0;
  let lastId = 0;
  /** Calls of `create` and of `destroy` that have not ended. */
  let creates = 0;
  let destroys = 0;
  /** The busy item that was retired so that another key gets its slot: one at a time. */
  let yielding: Item<K, T> | undefined;
  let dealing = false;
  const ledger: Ledger<K, T> = { end, misused };
  /** Told when nothing is left. There once the pool is closed. */
  let onQuiet: (() => void) | undefined;
  /** Closed, and not waiting for running leases and creates any more. */
  let cut = false;

  // --- the decision --------------------------------------------------------------------------

  /** Decides what happens next to a key. Cheap if nothing is to be done; may be called any time. */
  function settle(home: Partition<K, T>, sweeping = false): void {
    if (!onQuiet) {
      age(home);
      serve(home);
      const turn = openWhatIsLacking(home, sweeping);
      if (turn) lineUp(home);
      else turns.remove(home);
    }
    if (home.empty && partitions.get(home.id) === home) {
      if (home.dueTimer !== undefined) clock.clearTimeout(home.dueTimer);
      partitions.delete(home.id);
    }
    deal();
  }

  function serve(home: Partition<K, T>): void {
    while (home.queued > 0) {
      // Background work takes nothing away from the others.
      const waiter = home.streams.first ?? home.waiting.first;
      if (waiter === undefined) return;
      const item = offer(home, waiter.background);
      if (item === undefined) return;
      if (!isStale(item)) grant(item, waiter);
      else if (home.checking * share < home.queued) check(item);
      else return;
    }
  }

  /** Returns whether the key now needs a slot of `maxTotal`, and only that. */
  function openWhatIsLacking(home: Partition<K, T>, sweeping: boolean): boolean {
    for (;;) {
      const short = isShort(home);
      if (!short && !wantsSpare(home, sweeping)) return false;
      if (home.retryTimer !== undefined) {
        holdProcess(home.retryTimer, short);
        return false;
      }
      const grows = mayGrow(home);
      // Who comes while others wait for a slot goes behind them.
      const first = dealing || turns.size === 0;
      if (grows && first && (hasSlot() || (short && displace(home)))) {
        open(home);
        continue;
      }
      // Without room for both, the old one goes before the new one comes.
      if (home.worn.size === 0) return short && grows;
      retireWorn(home);
    }
  }

  /** Whether somebody waits whom nothing that is on its way will serve. */
  function isShort({ creations, checking, waiting, streams }: Partition<K, T>): boolean {
    const coming = creations.size + checking;
    return coming * share < waiting.size || (coming === 0 && streams.size > 0);
  }

  /**
   * Whether one more should be opened though nobody waits: reserve, head room or a replacement. One
   * at a time, so that a clock that jumps starts no storm; and after a failure only when cleaning up.
   */
  function wantsSpare(home: Partition<K, T>, sweeping: boolean): boolean {
    if (!speculates || home.creations.size + home.checking > 0) return false;
    if (home.failures > 0 && !sweeping) return false;
    if (home.dormant) return false;
    const load = least(home)?.load ?? maxConcurrency;
    return home.worn.size > 0 || home.idle < minIdle || (home.live > 0 && load > share);
  }

  function mayGrow({ key, items, live, creations }: Partition<K, T>): boolean {
    const count = live + creations.size;
    if (count === 0) return true;
    if (count >= maxConnections) return false;
    if (factory.mayGrow === undefined) return true;
    // It decides on what there is, so what is being created has to be there first.
    if (creations.size > 0) return false;
    const values: T[] = [];
    for (const item of items) if (item.state === 'live') values.push(item.value);
    try {
      return factory.mayGrow(key, values);
    } catch {
      return false;
    }
  }

  /** Retires the one of the worn items that has been worn for longest. */
  function retireWorn(home: Partition<K, T>): void {
    const [item] = home.worn;
    if (item !== undefined) void retire(item, 'lifetime');
  }

  function lineUp(home: Partition<K, T>): void {
    if (home.list === undefined) turns.push(home);
  }

  function hasSlot(): boolean {
    return total < maxTotal;
  }

  /** Frees a slot by giving up the item, of whatever key, that has been idle for longest. */
  function displace(forKey: Partition<K, T>): boolean {
    const item = idle.oldest();
    if (item === undefined) return false;
    void retire(item, 'displaced');
    // It may have been in validation for somebody, who now needs another one.
    if (item.home !== forKey && item.home.queued > 0) lineUp(item.home);
    return hasSlot();
  }

  /** Gives free slots to the keys that wait for one, in turn. */
  function deal(): void {
    if (dealing) return;
    dealing = true;
    let next = turns.first;
    while (next !== undefined && (hasSlot() || idle.oldest() !== undefined)) {
      turns.remove(next);
      settle(next);
      next = turns.first;
    }
    dealing = false;
  }

  /**
   * Without free slots, a key whose items never rest would keep the others waiting for ever. So when
   * a lease ends, it is the turn of the first key in line: another key gets the slot if it has none,
   * or if the balance gets better by it; else the item stays where it is, for no gain is worth a
   * new connection for every lease.
   */
  function giveWay(item: Item<K, T>): void {
    const next = turns.first;
    if (next === undefined || item.state !== 'live') return;
    const { home } = item;
    if (next === home) {
      turns.remove(home);
      turns.push(home);
      return;
    }
    if (yielding !== undefined || item.background > 0) return;
    const has = next.live + next.creations.size;
    if (has > 0 && home.live <= has + 1) return;
    if (item.held) yielding = item;
    void retire(item, 'displaced');
  }

  // --- leases --------------------------------------------------------------------------------

  /** A lease, if one is to be had at once and nobody was here before. */
  function leaseNow(
    home: Partition<K, T>,
    background: boolean,
    ticket: Ticket<K, T> | undefined,
  ): Lease<T> | undefined {
    if (home.queued > 0) return undefined;
    age(home);
    const item = offer(home, background);
    if (item === undefined || isStale(item)) return undefined;
    const given = lease(item, background, ticket);
    if (speculates) settle(home);
    return given;
  }

  /** The item of the key that may be leased now: the least loaded one, or for background work any. */
  function offer(home: Partition<K, T>, background: boolean): Item<K, T> | undefined {
    const item = least(home);
    if (item !== undefined || !background) return item;
    for (const full of home.items) {
      if (full.state === 'live' && !full.checking && hasUses(full)) return full;
    }
    return undefined;
  }

  function hasUses(item: Item<K, T>): boolean {
    return maxUses === 0 || item.uses < maxUses;
  }

  /** Sorts out who is too old to be leased. All have the same time to live: the first is the oldest. */
  function age(home: Partition<K, T>): void {
    if (maxLifetimeMs === 0) return;
    const now = clock.now();
    for (const item of home.items) {
      if (item.state !== 'live') continue;
      if (now >= item.renewAt) home.worn.add(item);
      if (now < item.expiresAt) return;
      void retire(item, 'lifetime');
    }
  }

  function isStale(item: Item<K, T>): boolean {
    if (factory.validate === undefined || item.held || item.proven) return false;
    return clock.now() - Math.max(item.idleAt, item.foundGoodAt) >= settings.validateAfterIdleMs;
  }

  function grant(item: Item<K, T>, waiter: Waiter<K, T>): void {
    detach(waiter);
    waiter.resolve(lease(item, waiter.background, waiter.ticket));
  }

  function lease(
    item: Item<K, T>,
    background: boolean,
    ticket: Ticket<K, T> | undefined,
  ): Lease<T> {
    if (!item.held) item.home.idle--;
    item.uses++;
    carry(item, 1, background);
    return issue(item, background, ticket);
  }

  function issue(
    item: Item<K, T>,
    background: boolean,
    ticket: Ticket<K, T> | undefined,
  ): Lease<T> {
    if (ticket !== undefined) reportLease(item, ticket);
    return new ItemLease(item, background, ticket);
  }

  function reportLease(item: Item<K, T>, ticket: Ticket<K, T>): void {
    const at = clock.now();
    const waitMs = at - ticket.since;
    ticket.since = at;
    ticket.item = item;
    if (ticket.stack !== undefined) leased.add(ticket);
    emit?.('pool.acquired', item.home, {
      leaseId: ticket.id,
      background: ticket.background,
      itemId: item.id,
      waitMs,
      reused: item.uses > 1,
    });
  }

  function wait(
    id: unknown,
    key: K,
    background: boolean,
    ticket: Ticket<K, T> | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Lease<T>> {
    let home = partitions.get(id);
    if (home === undefined) {
      home = new Partition<K, T>(ledger, id, maskKey(id), key);
      partitions.set(id, home);
    }
    home.key = key;
    home.dormant = false;
    const there = home;
    return new Promise((resolve, reject) => {
      const waiter: Waiter<K, T> = {
        home: there,
        background,
        ticket,
        resolve,
        reject,
        dueAt: 0,
        unlisten: undefined,
        prev: undefined,
        next: undefined,
        list: undefined,
      };
      if (signal !== undefined) listen(waiter, signal);
      (background ? there.streams : there.waiting).push(waiter);
      there.queued++;
      limit(waiter);
      // A full key has nothing to decide when one more comes.
      const full = there.live >= maxConnections && least(there) === undefined;
      if (!full || speculates) settle(there);
      if (waiter.list !== undefined && isOverfull(there)) turnAway(waiter);
    });
  }

  function listen(waiter: Waiter<K, T>, signal: AbortSignal): void {
    const onAbort = () => leave(waiter, signal.reason);
    signal.addEventListener('abort', onAbort);
    waiter.unlisten = () => signal.removeEventListener('abort', onAbort);
  }

  /** What is on its way will serve some of the queue; only the others count. */
  function isOverfull({ creations, checking, waiting, streams }: Partition<K, T>): boolean {
    const coming = (creations.size + checking) * share;
    const left = Math.max(0, waiting.size - coming) + (coming > 0 ? 0 : streams.size);
    return left > settings.maxQueue;
  }

  function turnAway(waiter: Waiter<K, T>): void {
    const { home } = waiter;
    const message = `the queue for ${home.name} is full (maxQueue: ${settings.maxQueue})`;
    leave(waiter, new PoolFullError(message, countPartitions([home])));
  }

  /** All wait equally long at most: one timer, for the first of a queue, is enough for all of it. */
  function limit(waiter: Waiter<K, T>): void {
    const { home } = waiter;
    if (settings.acquireTimeoutMs === 0) return;
    waiter.dueAt = arrivals.now() + settings.acquireTimeoutMs;
    if (home.dueTimer === undefined) setDueTimer(home, settings.acquireTimeoutMs);
    else if (home.queued === 1) holdProcess(home.dueTimer, true);
  }

  function setDueTimer(home: Partition<K, T>, ms: number): void {
    home.dueTimer = clock.setTimeout(() => {
      home.dueTimer = undefined;
      const now = clock.now();
      let nextAt = Infinity;
      for (const queue of [home.waiting, home.streams]) {
        while (queue.first !== undefined && queue.first.dueAt <= now) expire(queue.first);
        nextAt = Math.min(nextAt, queue.first?.dueAt ?? Infinity);
      }
      if (nextAt < Infinity && home.dueTimer === undefined) setDueTimer(home, nextAt - now);
    }, ms);
  }

  function expire(waiter: Waiter<K, T>): void {
    const { home } = waiter;
    const stats = countPartitions([home]);
    const state = `${stats.connected} connected, ${stats.creating} being created`;
    const message =
      `no lease for ${home.name} within ${settings.acquireTimeoutMs} ms (${state}, ` +
      `${stats.waiting} waiting; ${total} of maxTotal ${maxTotal} over all keys)`;
    const cause = home.failures > 0 ? { cause: home.lastError } : undefined;
    leave(waiter, new PoolTimeoutError(message, 'acquire', stats, cause));
  }

  function leave(waiter: Waiter<K, T>, error: unknown): void {
    refuse(waiter, error);
    settle(waiter.home);
  }

  /** Takes a waiter out of its queue, and lets go of its signal. */
  function detach(waiter: Waiter<K, T>): void {
    const { home } = waiter;
    waiter.list?.remove(waiter);
    waiter.unlisten?.();
    // The timer runs on, for the next one may be here before it ends, but it keeps no process alive.
    if (--home.queued === 0) holdProcess(home.dueTimer, false);
  }

  function refuse(waiter: Waiter<K, T>, error: unknown): void {
    detach(waiter);
    if (waiter.ticket !== undefined) reportRefusal(waiter.home, waiter.ticket, error);
    waiter.reject(error);
  }

  function reportRefusal(
    home: { readonly name: string },
    ticket: Ticket<K, T>,
    error: unknown,
  ): void {
    emit?.('pool.acquire.failed', home, {
      leaseId: ticket.id,
      background: ticket.background,
      waitMs: clock.now() - ticket.since,
      error,
    });
  }

  function end(item: Item<K, T>, background: boolean, ticket: Ticket<K, T> | undefined): void {
    const { home } = item;
    if (ticket !== undefined) reportEnd(item, ticket);
    if (!background && handOver(item)) return;
    carry(item, -1, background);
    if (item.state === 'live') {
      if (!item.held) {
        rest(item);
        if (!hasUses(item)) void retire(item, 'uses');
      }
      if (turns.size > 0) giveWay(item);
    } else if (item.state === 'retiring' && !item.held) {
      void destroy(item, item.reason);
    }
    if (home.queued > 0 || turns.size > 0) settle(home);
    if (!settings.keepAlive) release(item);
  }

  /**
   * A short cut to what `settle` would come to, for the pool that is always busy: the
   * item goes from hand to hand, its books stay as they are.
   */
  function handOver(item: Item<K, T>): boolean {
    const { home, state, load } = item;
    if (home.queued === 0 || speculates || turns.size > 0) return false;
    const waiter = home.waiting.first;
    if (waiter === undefined || state !== 'live' || load < maxConcurrency) return false;
    if (!hasUses(item)) return false;
    detach(waiter);
    item.uses++;
    waiter.resolve(issue(item, false, waiter.ticket));
    return true;
  }

  function reportEnd(item: Item<K, T>, ticket: Ticket<K, T>): void {
    leased.delete(ticket);
    emit?.('pool.released', item.home, {
      leaseId: ticket.id,
      background: ticket.background,
      itemId: item.id,
      heldMs: clock.now() - ticket.since,
    });
  }

  /** Lets go of an item that nobody uses, where idle items are not kept. */
  function release(item: Item<K, T>): void {
    if (item.state === 'live' && !item.held && !item.checking) void retire(item, 'released');
  }

  function misused(problem: 'released-twice' | 'unknown-item'): void {
    emit?.('pool.misuse', undefined, { problem });
  }

  function rest(item: Item<K, T>): void {
    item.idleAt = coarse.now();
    item.home.idle++;
    idle.rest(item);
  }

  /** Changes what the item carries. On the shelf are the live ones with room and uses left. */
  function carry(item: Item<K, T>, change: 1 | -1, background: boolean): void {
    const { home } = item;
    take(home, item);
    if (background) item.background += change;
    else item.load += change;
    if (item.state === 'live' && item.load < maxConcurrency && hasUses(item)) {
      put(home, item);
    }
  }

  // --- items ---------------------------------------------------------------------------------

  function open(home: Partition<K, T>): void {
    const itemId = ++lastId;
    const startedAt = clock.now();
    total++;
    creates++;
    emit?.('pool.create', home, { itemId });
    const failed = (error: unknown, calledOff: boolean) => {
      home.creations.delete(creation);
      total--;
      if (!calledOff) pause(home, error);
      emit?.('pool.create.failed', home, { itemId, durationMs: clock.now() - startedAt, error });
      if (calledOff) return;
      disappoint(home, error);
      settle(home);
    };
    const creation = startCreation(settings, home, {
      opened: (value) => {
        const error = problemWith(value);
        if (error !== undefined) return failed(error, false);
        home.creations.delete(creation);
        admit(home, itemId, value, startedAt);
      },
      failed,
      late: (value) => {
        if (value !== undefined && value !== null) void dispose(home, itemId, value, 'late');
      },
      settled: () => {
        creates--;
        quieten();
      },
    });
    home.creations.add(creation);
  }

  function problemWith(value: T): ConfigError | undefined {
    const empty = value === undefined || value === null;
    if (!empty && !(typeof value === 'object' && byValue.has(value))) return undefined;
    const got = empty ? value : 'one that the pool holds';
    return new ConfigError('create', `create must give a new item, got ${got}`);
  }

  function admit(home: Partition<K, T>, itemId: number, value: T, startedAt: number): void {
    const now = clock.now();
    const expiresAt = maxLifetimeMs > 0 ? now + maxLifetimeMs : Infinity;
    const early = maxLifetimeMs * settings.lifetimeJitter * (1 - random());
    const item = new Item(itemId, value, home, expiresAt - early, expiresAt);
    home.items.add(item);
    home.live++;
    resume(home);
    put(home, item);
    byValue.set(value, item);
    rest(item);
    item.proven = true;
    emit?.('pool.created', home, { itemId, durationMs: now - startedAt });
    try {
      const unwatch = factory.watch?.(value, {
        lost: (reason) => lose(item, reason),
        retire: (reason) => {
          void retire(item, 'retired', reason);
          settle(home);
        },
      });
      if (typeof unwatch === 'function') item.unwatch = unwatch;
    } catch (error) {
      void retire(item, 'invalid');
      pause(home, error);
      disappoint(home, error);
    }
    if (item.state === 'live') retireWorn(home);
    settle(home);
    backToRest(item);
    onItem();
  }

  /** An item could not be had: those who counted on it get the error. */
  function disappoint(home: Partition<K, T>, error: unknown): void {
    const coming = (home.creations.size + home.checking) * share;
    // With nothing left that could serve them, they all counted on it.
    const alone = home.live === 0 && coming === 0;
    let count = alone ? home.queued : Math.min(share, home.waiting.size - coming);
    for (; count > 0; count--) {
      const waiter = home.waiting.first ?? home.streams.first;
      if (waiter !== undefined) refuse(waiter, error);
    }
  }

  /** Keeps the key from creating for a while. */
  function pause(home: Partition<K, T>, error: unknown): void {
    home.lastError = error;
    // What fails together counts once.
    if (home.retryTimer !== undefined) return;
    const { retryDelayMs } = settings;
    const most = Math.max(MAX_RETRY_DELAY_MS, retryDelayMs);
    const delayMs = Math.min(most, retryDelayMs * 2 ** home.failures++);
    if (delayMs === 0) return;
    home.retryTimer = clock.setTimeout(
      () => {
        home.retryTimer = undefined;
        settle(home);
      },
      (delayMs * (1 + random())) / 2,
    );
    holdProcess(home.retryTimer, false);
  }

  /** Forgets that the key has failed. */
  function resume(home: Partition<K, T>): void {
    home.failures = 0;
    if (home.retryTimer !== undefined) clock.clearTimeout(home.retryTimer);
    home.retryTimer = undefined;
  }

  /** Validates an idle item, which is not leased meanwhile. */
  function check(item: Item<K, T>): void {
    item.checking = true;
    item.home.checking++;
    take(item.home, item);
    void within(clock, settings.validateTimeoutMs, 'validate', () =>
      factory.validate?.(item.value),
    ).then(
      (good) => checked(item, good === true),
      () => checked(item, false),
    );
  }

  function checked(item: Item<K, T>, good: boolean): void {
    if (item.state !== 'live') return;
    if (good) {
      item.checking = false;
      item.home.checking--;
      put(item.home, item);
      item.foundGoodAt = clock.now();
      item.proven = true;
    } else {
      void retire(item, 'invalid');
    }
    settle(item.home);
    backToRest(item);
  }

  /** An item that was good a moment ago and that nobody took begins to grow stale. */
  function backToRest(item: Item<K, T>): void {
    item.proven = false;
    if (!settings.keepAlive) release(item);
  }

  function lose(item: Item<K, T>, reason: unknown): void {
    if (item.state === 'gone') return;
    void retire(item, 'lost', reason);
    if (item.held) void destroy(item, 'lost');
    // An item that dies before it has served is as bad as none.
    if (item.uses === 0) pause(item.home, reason);
    settle(item.home);
  }

  /**
   * Takes an item out of service: no more leases; destroyed now, or when its last lease ends. The
   * caller settles. Returns when it is destroyed, unless leases are running.
   */
  function retire(
    item: Item<K, T>,
    reason: DestroyReason,
    cause?: unknown,
  ): Promise<void> | undefined {
    if (item.state !== 'live') return undefined;
    const { home, told } = item;
    item.state = 'retiring';
    item.reason = reason;
    item.cause = cause ?? reason;
    home.live--;
    take(home, item);
    home.worn.delete(item);
    // What others need more is not opened anew as a reserve.
    if (reason === 'displaced') home.dormant = true;
    if (item.checking) home.checking--;
    if (!item.held) home.idle--;
    idle.forget(item);
    emit?.('pool.retired', home, {
      itemId: item.id,
      reason,
      ...(typeof cause === 'string' && { detail: cause }),
      leases: item.load + item.background,
    });
    for (const holder of told ?? []) holder.abort(item.cause);
    return item.held ? undefined : destroy(item, reason);
  }

  function destroy(item: Item<K, T>, reason: DestroyReason): Promise<void> | undefined {
    if (item.state === 'gone') return undefined;
    item.state = 'gone';
    item.home.items.delete(item);
    if (byValue.get(item.value) === item) byValue.delete(item.value);
    if (yielding === item) yielding = undefined;
    total--;
    try {
      item.unwatch?.();
    } catch {
      // The item goes, whether or not its watcher can let go.
    }
    return dispose(item.home, item.id, item.value, reason);
  }

  async function dispose(
    home: Partition<K, T>,
    itemId: number,
    value: T,
    reason: DestroyReason,
  ): Promise<void> {
    const startedAt = clock.now();
    home.destroying++;
    destroys++;
    let failure: { error?: unknown } = {};
    try {
      await within(clock, settings.destroyTimeoutMs, 'destroy', () =>
        factory.destroy(value, reason),
      );
    } catch (error) {
      failure = { error };
    }
    home.destroying--;
    destroys--;
    const durationMs = clock.now() - startedAt;
    emit?.('pool.destroyed', home, { itemId, reason, durationMs, ...failure });
    settle(home);
    quieten();
  }

  // --- endings -------------------------------------------------------------------------------

  /** Retires all items of a key and calls off what is being created; those who wait go on waiting. */
  function evict(home: Partition<K, T>, reason: DestroyReason): (Promise<void> | undefined)[] {
    home.dormant = true;
    resume(home);
    for (const creation of [...home.creations]) creation.callOff();
    const ends = [...home.items].map((item) => retire(item, reason));
    settle(home);
    return ends;
  }

  /** Takes nobody in any more, turns away who waits, retires everything, and calls when it is gone. */
  function close(onGone: () => void): void {
    onQuiet = onGone;
    coarse.stop();
    arrivals.stop();
    const error = new PoolClosedError('the pool was closed');
    for (const home of [...partitions.values()]) {
      while (home.queued > 0) {
        const waiter = home.waiting.first ?? home.streams.first;
        if (waiter !== undefined) refuse(waiter, error);
      }
      turns.remove(home);
      for (const creation of [...home.creations]) creation.callOff(error);
      void evict(home, 'closed');
    }
    quieten();
  }

  /** Ends a closed pool though leases are running and creates have not answered. */
  function cutShort(): void {
    cut = true;
    for (const home of [...partitions.values()]) {
      for (const item of [...home.items]) void destroy(item, 'closed');
    }
    quieten();
  }

  function quieten(): void {
    if (total === 0 && destroys === 0 && (creates === 0 || cut)) onQuiet?.();
  }

  return {
    settings,
    emit,
    partitions,
    byValue,
    leased,
    nextId: () => ++lastId,
    isClosed: () => onQuiet !== undefined,
    isEmpty: () => total === 0,
    settle,
    leaseNow,
    wait,
    reportRefusal,
    misused,
    retire,
    isStale,
    check,
    evict,
    close,
    cutShort,
  };
}
