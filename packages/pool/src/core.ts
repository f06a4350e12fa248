import { CoarseClock, holdProcess, within } from './clock.js';
import { Creation, type CreationReport } from './creation.js';
import { Deadlines } from './deadlines.js';
import { type Emit, emitter } from './emit.js';
import { ConfigError } from './errors.js';
import { IdleOrder } from './idle-order.js';
import { Item } from './item.js';
import { ItemLease, type Lease, type Ledger } from './lease.js';
import { List } from './list.js';
import type { Partition } from './partition.js';
import type { DestroyReason } from './ports.js';
import type { Settings } from './settings.js';
import type { Ticket, Waiter } from './waiter.js';

/** However long a key has been failing, it is tried again after this. */
const MAX_RETRY_DELAY_MS = 30_000;
/** How early an idle item may seem to have begun to rest, if that is within 1 % of what it is for. */
const MAX_SLACK_MS = 1_000;

/**
 * The state machine. Whatever happens (a caller comes or leaves, a lease ends, an item opens, fails
 * or goes) is first written down and then reported to {@link Core.settle}, which alone decides what
 * is leased, opened or given up next. Functions of the user's run only while the books are right,
 * so they may call back into the pool.
 */
export class Core<K, T> implements Ledger<K, T>, CreationReport<K, T> {
  readonly settings: Settings<K, T>;
  /** Absent without an observer: then no event is made. */
  readonly emit: Emit | undefined;
  readonly partitions = new Map<unknown, Partition<K, T>>();
  /** Items open or being created. */
  total = 0;
  closed = false;
  /** What is leased, oldest first, if leaks are looked for. */
  readonly leased = new Set<Ticket<K, T>>();
  /** Told when an item has come into service. */
  onItem: (() => void) | undefined;
  /** Told when the closed pool has nothing left. */
  onQuiet: (() => void) | undefined;
  readonly deadlines: Deadlines<K, T>;
  readonly #coarse: CoarseClock;
  readonly #idle = new IdleOrder<K, T>();
  /** Keys that lack nothing but a slot of `maxTotal`, in the order of their turns. */
  readonly #turns = new List<Partition<K, T>>();
  readonly #byValue = new Map<T, Item<K, T>>();
  /** The busy item that was retired so that another key gets its slot: one at a time. */
  #yielding: Item<K, T> | undefined;
  #dealing = false;
  /** Whether items may be opened, or replaced, ahead of need. */
  readonly #speculates: boolean;
  /** Calls of `create` and of `destroy` that have not ended. */
  #creates = 0;
  #destroys = 0;
  #cut = false;
  #lastId = 0;

  constructor(settings: Settings<K, T>) {
    this.settings = settings;
    this.emit = emitter(settings);
    this.deadlines = new Deadlines(settings.clock, settings.acquireTimeoutMs);
    const { share, maxConcurrency, minIdle, maxLifetimeMs, maxIdleMs, factory } = settings;
    const validateMs = factory.validate === undefined ? Infinity : settings.validateAfterIdleMs;
    const shortest = Math.min(maxIdleMs || Infinity, validateMs);
    this.#coarse = new CoarseClock(settings.clock, Math.min(MAX_SLACK_MS, shortest / 100));
    this.#speculates = share < maxConcurrency || minIdle > 0 || maxLifetimeMs > 0;
  }

  nextId(): number {
    return ++this.#lastId;
  }

  // --- the decision --------------------------------------------------------------------------

  /** Decides what happens next to a key. Cheap if nothing is to be done; may be called any time. */
  settle(home: Partition<K, T>, sweeping = false): void {
    if (!this.closed) {
      this.#serve(home);
      const turn = this.#openWhatIsLacking(home, sweeping);
      if (turn) this.#lineUp(home);
      else this.#turns.remove(home.turn);
    }
    if (home.empty && this.partitions.get(home.id) === home) this.partitions.delete(home.id);
    this.#deal();
  }

  #serve(home: Partition<K, T>): void {
    while (home.queued > 0) {
      // Background work takes nothing away from the others.
      const waiter = (home.streams.first ?? home.waiting.first)?.value;
      if (waiter === undefined) return;
      const item = this.#offer(home, waiter.background);
      if (item === undefined) return;
      if (!this.#isStale(item)) this.#grant(item, waiter);
      else if (home.checking * this.settings.share < home.queued) this.check(item);
      else return;
    }
  }

  /** Returns whether the key now needs a slot of `maxTotal`, and only that. */
  #openWhatIsLacking(home: Partition<K, T>, sweeping: boolean): boolean {
    for (;;) {
      const short = this.#isShort(home);
      if (!short && !this.#wantsSpare(home, sweeping)) return false;
      if (home.retryTimer !== undefined) {
        holdProcess(home.retryTimer, short);
        return false;
      }
      const mayGrow = this.#mayGrow(home);
      // Who comes while others wait for a slot goes behind them.
      const first = this.#dealing || this.#turns.size === 0;
      if (mayGrow && first && (this.#hasSlot() || (short && this.#displace(home)))) {
        this.#open(home);
        continue;
      }
      // Without room for both, the old one goes before the new one comes.
      if (home.worn.size === 0) return short && mayGrow;
      this.#retireWorn(home);
    }
  }

  /** Whether somebody waits whom nothing that is on its way will serve. */
  #isShort({ creations, checking, waiting, streams }: Partition<K, T>): boolean {
    const coming = creations.size + checking;
    return coming * this.settings.share < waiting.size || (coming === 0 && streams.size > 0);
  }

  /**
   * Whether one more should be opened though nobody waits: reserve, head room or a replacement. One
   * at a time, so that a clock that jumps starts no storm; and after a failure only when cleaning up.
   */
  #wantsSpare(home: Partition<K, T>, sweeping: boolean): boolean {
    if (!this.#speculates || home.creations.size + home.checking > 0) return false;
    if (home.failures > 0 && !sweeping) return false;
    if (home.dormant) return false;
    const { share, maxConcurrency, minIdle } = this.settings;
    const least = home.shelf.least()?.load ?? maxConcurrency;
    return home.worn.size > 0 || home.idle < minIdle || (home.live > 0 && least > share);
  }

  #mayGrow({ key, items, live, creations }: Partition<K, T>): boolean {
    const { factory, maxConnections } = this.settings;
    const count = live + creations.size;
    if (count === 0) return true;
    if (count >= maxConnections) return false;
    if (factory.mayGrow === undefined) return true;
    if (live === 0) return false;
    const values: T[] = [];
    for (const item of items) if (item.state === 'live') values.push(item.value);
    try {
      return factory.mayGrow(key, values);
    } catch {
      return false;
    }
  }

  /** Retires the one of the worn items that has been worn for longest. */
  #retireWorn({ worn }: Partition<K, T>): void {
    for (const item of worn) {
      void this.retire(item, 'lifetime');
      return;
    }
  }

  #lineUp({ turn }: Partition<K, T>): void {
    if (turn.list === undefined) this.#turns.push(turn);
  }

  #hasSlot(): boolean {
    return this.total < this.settings.maxTotal;
  }

  /** Frees a slot by giving up the item, of whatever key, that has been idle for longest. */
  #displace(forKey: Partition<K, T>): boolean {
    const item = this.#idle.oldest();
    if (item === undefined) return false;
    void this.retire(item, 'displaced');
    // It may have been in validation for somebody, who now needs another one.
    if (item.home !== forKey && item.home.queued > 0) this.#lineUp(item.home);
    return this.#hasSlot();
  }

  /** Gives free slots to the keys that wait for one, in turn. */
  #deal(): void {
    if (this.#dealing) return;
    this.#dealing = true;
    let next = this.#turns.first;
    while (next !== undefined && (this.#hasSlot() || this.#idle.oldest() !== undefined)) {
      this.#turns.remove(next);
      this.settle(next.value);
      next = this.#turns.first;
    }
    this.#dealing = false;
  }

  /**
   * Without free slots, a key whose items never rest would keep the others waiting for ever. So when
   * a lease ends, it is the turn of the first key in line: another key gets the slot if it has none,
   * or if the balance gets better by it; else the item stays where it is, for no gain is worth a
   * new connection for every lease.
   */
  #giveWay(item: Item<K, T>): void {
    const next = this.#turns.first?.value;
    if (next === undefined) return;
    const { home } = item;
    if (next === home) {
      this.#turns.remove(home.turn);
      this.#turns.push(home.turn);
      return;
    }
    if (this.#yielding !== undefined || item.background > 0) return;
    const has = next.live + next.creations.size;
    if (has > 0 && home.live <= has + 1) return;
    if (item.held) this.#yielding = item;
    void this.retire(item, 'displaced');
  }

  // --- leases --------------------------------------------------------------------------------

  /** A lease, if one is to be had at once and nobody was here before. */
  leaseNow(
    home: Partition<K, T>,
    background: boolean,
    ticket: Ticket<K, T> | undefined,
  ): Lease<T> | undefined {
    if (home.queued > 0) return undefined;
    const item = this.#offer(home, background);
    if (item === undefined || this.#isStale(item)) return undefined;
    const lease = this.#lease(item, background, ticket);
    if (this.#speculates) this.settle(home);
    return lease;
  }

  /** The least loaded item of the key that may be leased now. Those too old are sorted out. */
  #offer(home: Partition<K, T>, background: boolean): Item<K, T> | undefined {
    for (;;) {
      const item = home.shelf.least() ?? (background ? this.#anyFull(home) : undefined);
      if (item === undefined || this.settings.maxLifetimeMs === 0) return item;
      if (!this.#isOver(item)) return item;
    }
  }

  #anyFull({ items }: Partition<K, T>): Item<K, T> | undefined {
    for (const item of items) {
      if (item.state === 'live' && !item.checking && this.#hasUses(item)) return item;
    }
    return undefined;
  }

  #hasUses(item: Item<K, T>): boolean {
    const { maxUses } = this.settings;
    return maxUses === 0 || item.uses < maxUses;
  }

  #isOver(item: Item<K, T>): boolean {
    const now = this.settings.clock.now();
    if (now >= item.expiresAt) {
      void this.retire(item, 'lifetime');
      return true;
    }
    if (now >= item.renewAt) item.home.worn.add(item);
    return false;
  }

  #isStale(item: Item<K, T>): boolean {
    const { factory, clock, validateAfterIdleMs } = this.settings;
    if (factory.validate === undefined || item.held || item.proven) return false;
    return clock.now() - item.freshAt >= validateAfterIdleMs;
  }

  #grant(item: Item<K, T>, waiter: Waiter<K, T>): void {
    this.detach(waiter);
    waiter.resolve(this.#lease(item, waiter.background, waiter.ticket));
  }

  #lease(item: Item<K, T>, background: boolean, ticket: Ticket<K, T> | undefined): Lease<T> {
    if (!item.held) item.home.idle--;
    item.uses++;
    this.#carry(item, 1, background);
    return this.#issue(item, background, ticket);
  }

  #issue(item: Item<K, T>, background: boolean, ticket: Ticket<K, T> | undefined): Lease<T> {
    if (ticket !== undefined) this.#reportLease(item, ticket);
    return new ItemLease(item, background, ticket);
  }

  #reportLease(item: Item<K, T>, ticket: Ticket<K, T>): void {
    const at = this.settings.clock.now();
    const waitMs = at - ticket.since;
    ticket.since = at;
    ticket.item = item;
    if (ticket.stack !== undefined) this.leased.add(ticket);
    this.emit?.('pool.acquired', item.home, {
      leaseId: ticket.id,
      background: ticket.background,
      itemId: item.id,
      waitMs,
      reused: item.uses > 1,
    });
  }

  attach(waiter: Waiter<K, T>): void {
    const { home } = waiter;
    (waiter.background ? home.streams : home.waiting).push(waiter.place);
    home.queued++;
    this.deadlines.add(waiter);
  }

  /** Takes a waiter out of its queue, and lets go of its signal. */
  detach(waiter: Waiter<K, T>): void {
    waiter.place.list?.remove(waiter.place);
    this.deadlines.remove(waiter);
    waiter.signal?.removeEventListener('abort', waiter);
    waiter.home.queued--;
  }

  refuse(waiter: Waiter<K, T>, error: unknown): void {
    this.detach(waiter);
    if (waiter.ticket !== undefined) this.reportRefusal(waiter.home, waiter.ticket, error);
    waiter.reject(error);
  }

  reportRefusal(home: { readonly name: string }, ticket: Ticket<K, T>, error: unknown): void {
    this.emit?.('pool.acquire.failed', home, {
      leaseId: ticket.id,
      background: ticket.background,
      waitMs: this.settings.clock.now() - ticket.since,
      error,
    });
  }

  end(item: Item<K, T>, background: boolean, ticket: Ticket<K, T> | undefined): void {
    const { home } = item;
    if (ticket !== undefined) this.#reportEnd(item, ticket);
    if (!background && this.#handOver(item)) return;
    this.#carry(item, -1, background);
    if (item.state === 'live' && !item.held) this.#rest(item);
    if (item.state === 'retiring') {
      if (!item.held) void this.#destroy(item, item.reason);
    } else if (item.state === 'live') {
      if (!item.held && !this.#hasUses(item)) void this.retire(item, 'uses');
      else this.#giveWay(item);
    }
    if (home.queued > 0 || this.#turns.size > 0) this.settle(home);
    this.#keepOrNot(item);
  }

  /**
   * A short cut to what {@link Core.settle} would come to, for the pool that is always busy: the
   * item goes from hand to hand, its books stay as they are.
   */
  #handOver(item: Item<K, T>): boolean {
    const waiter = item.home.waiting.first?.value;
    if (waiter === undefined || this.#speculates || this.#turns.size > 0) return false;
    if (item.state !== 'live' || item.load < this.settings.maxConcurrency) return false;
    if (!this.#hasUses(item)) return false;
    this.detach(waiter);
    item.uses++;
    waiter.resolve(this.#issue(item, false, waiter.ticket));
    return true;
  }

  #reportEnd(item: Item<K, T>, ticket: Ticket<K, T>): void {
    this.leased.delete(ticket);
    this.emit?.('pool.released', item.home, {
      leaseId: ticket.id,
      background: ticket.background,
      itemId: item.id,
      heldMs: this.settings.clock.now() - ticket.since,
    });
  }

  #keepOrNot(item: Item<K, T>): void {
    const idle = item.state === 'live' && !item.held && !item.checking;
    if (idle && !this.settings.keepAlive) void this.retire(item, 'released');
  }

  misused(problem: 'released-twice' | 'unknown-item'): void {
    this.emit?.('pool.misuse', undefined, { problem });
  }

  #rest(item: Item<K, T>): void {
    const now = this.#coarse.now();
    item.idleAt = now;
    item.freshAt = now;
    item.home.idle++;
    this.#idle.rest(item);
  }

  /** Changes what the item carries. On the shelf are the live ones with room and uses left. */
  #carry(item: Item<K, T>, change: 1 | -1, background: boolean): void {
    const { shelf } = item.home;
    shelf.take(item);
    if (background) item.background += change;
    else item.load += change;
    if (item.state === 'live' && item.load < this.settings.maxConcurrency && this.#hasUses(item)) {
      shelf.put(item);
    }
  }

  // --- items ---------------------------------------------------------------------------------

  #open(home: Partition<K, T>): void {
    const creation = new Creation(this.nextId(), home, this.settings, this);
    home.creations.add(creation);
    this.total++;
    this.#creates++;
    this.emit?.('pool.create', home, { itemId: creation.id });
    creation.start();
  }

  opened(creation: Creation<K, T>, value: T): void {
    const problem = this.#problemWith(value);
    if (problem === undefined) this.#admit(creation, value);
    else this.failed(creation, problem, false);
  }

  #admit(creation: Creation<K, T>, value: T): void {
    const { home, id, startedAt } = creation;
    const { clock, maxLifetimeMs, lifetimeJitter, random, factory } = this.settings;
    const now = clock.now();
    const expiresAt = maxLifetimeMs > 0 ? now + maxLifetimeMs : Infinity;
    const renewAt =
      maxLifetimeMs > 0 ? expiresAt - maxLifetimeMs * lifetimeJitter * (1 - random()) : Infinity;
    const item = new Item(id, value, home, renewAt, expiresAt);
    home.creations.delete(creation);
    home.items.add(item);
    home.live++;
    this.resume(home);
    home.shelf.put(item);
    this.#byValue.set(value, item);
    this.#rest(item);
    item.proven = true;
    this.emit?.('pool.created', home, { itemId: id, durationMs: now - startedAt });
    try {
      const unwatch = factory.watch?.(value, {
        lost: (reason) => this.#lose(item, reason),
        retire: (reason) => {
          void this.retire(item, 'retired', reason);
          this.settle(home);
        },
      });
      if (typeof unwatch === 'function') item.unwatch = unwatch;
    } catch (error) {
      void this.retire(item, 'invalid');
      this.#pause(home, error);
      this.#disappoint(home, error);
    }
    if (item.state === 'live') this.#retireWorn(home);
    this.settle(home);
    this.#backToRest(item);
    this.onItem?.();
  }

  failed(creation: Creation<K, T>, error: unknown, calledOff: boolean): void {
    const { home, id, startedAt } = creation;
    home.creations.delete(creation);
    this.total--;
    if (!calledOff) this.#pause(home, error);
    const durationMs = this.settings.clock.now() - startedAt;
    this.emit?.('pool.create.failed', home, { itemId: id, durationMs, error });
    if (calledOff) return;
    this.#disappoint(home, error);
    this.settle(home);
  }

  late(creation: Creation<K, T>, value: T): void {
    if (value === undefined || value === null) return;
    void this.#dispose(creation.home, creation.id, value, 'late');
  }

  settled(): void {
    this.#creates--;
    this.#quieten();
  }

  #problemWith(value: T): ConfigError | undefined {
    if (value === undefined || value === null) {
      return new ConfigError('create', `create must give an item, got ${value}`);
    }
    if (typeof value === 'object' && this.#byValue.has(value)) {
      return new ConfigError('create', 'create must give a new item, got one that the pool holds');
    }
    return undefined;
  }

  /** An item could not be had: those who counted on it get the error. */
  #disappoint(home: Partition<K, T>, error: unknown): void {
    const coming = (home.creations.size + home.checking) * this.settings.share;
    // With nothing left that could serve them, they all counted on it.
    const alone = home.live === 0 && coming === 0;
    let count = alone
      ? home.waiting.size
      : Math.min(this.settings.share, home.waiting.size - coming);
    for (; count > 0 && home.waiting.first !== undefined; count--) {
      this.refuse(home.waiting.first.value, error);
    }
    if (!alone) return;
    for (count = home.streams.size; count > 0 && home.streams.first !== undefined; count--) {
      this.refuse(home.streams.first.value, error);
    }
  }

  /** Keeps the key from creating for a while. */
  #pause(home: Partition<K, T>, error: unknown): void {
    const { retryDelayMs, random, clock } = this.settings;
    home.lastError = error;
    // What fails together counts once.
    if (home.retryTimer !== undefined) return;
    const most = Math.max(MAX_RETRY_DELAY_MS, retryDelayMs);
    const delayMs = Math.min(most, retryDelayMs * 2 ** home.failures++);
    if (delayMs === 0) return;
    home.retryTimer = clock.setTimeout(
      () => {
        home.retryTimer = undefined;
        this.settle(home);
      },
      (delayMs * (1 + random())) / 2,
    );
    holdProcess(home.retryTimer, false);
  }

  /** Forgets that the key has failed. */
  resume(home: Partition<K, T>): void {
    home.failures = 0;
    if (home.retryTimer !== undefined) this.settings.clock.clearTimeout(home.retryTimer);
    home.retryTimer = undefined;
  }

  /** Validates an idle item, which is not leased meanwhile. */
  check(item: Item<K, T>): void {
    const { factory, clock, validateTimeoutMs } = this.settings;
    item.checking = true;
    item.home.checking++;
    item.home.shelf.take(item);
    void within(clock, validateTimeoutMs, 'validate', () => factory.validate?.(item.value)).then(
      (good) => this.#checked(item, good === true),
      () => this.#checked(item, false),
    );
  }

  #checked(item: Item<K, T>, good: boolean): void {
    if (item.state !== 'live') return;
    if (good) {
      item.checking = false;
      item.home.checking--;
      item.home.shelf.put(item);
      item.freshAt = this.#coarse.now();
      item.proven = true;
    } else {
      void this.retire(item, 'invalid');
    }
    this.settle(item.home);
    this.#backToRest(item);
  }

  /** An item that was good a moment ago and that nobody took begins to grow stale. */
  #backToRest(item: Item<K, T>): void {
    item.proven = false;
    this.#keepOrNot(item);
  }

  find(value: T): Item<K, T> | undefined {
    return this.#byValue.get(value);
  }

  #lose(item: Item<K, T>, reason: unknown): void {
    if (item.state === 'gone') return;
    void this.retire(item, 'lost', reason);
    if (item.held) void this.#destroy(item, 'lost');
    // An item that dies before it has served is as bad as none.
    if (item.uses === 0) this.#pause(item.home, reason);
    this.settle(item.home);
  }

  /**
   * Takes an item out of service: no more leases; destroyed now, or when its last lease ends. The
   * caller settles. Returns when it is destroyed, unless leases are running.
   */
  retire(item: Item<K, T>, reason: DestroyReason, cause?: unknown): Promise<void> | undefined {
    if (item.state !== 'live') return undefined;
    const { home, told } = item;
    item.state = 'retiring';
    item.reason = reason;
    item.cause = cause ?? reason;
    home.live--;
    home.shelf.take(item);
    home.worn.delete(item);
    // What others need more is not opened anew as a reserve.
    if (reason === 'displaced') home.dormant = true;
    if (item.checking) home.checking--;
    if (!item.held) home.idle--;
    this.#idle.forget(item);
    this.emit?.('pool.retired', home, {
      itemId: item.id,
      reason,
      ...(typeof cause === 'string' && { detail: cause }),
      leases: item.load + item.background,
    });
    for (const holder of told ?? []) holder.abort(item.cause);
    return item.held ? undefined : this.#destroy(item, reason);
  }

  #destroy(item: Item<K, T>, reason: DestroyReason): Promise<void> | undefined {
    if (item.state === 'gone') return undefined;
    item.state = 'gone';
    item.home.items.delete(item);
    if (this.#byValue.get(item.value) === item) this.#byValue.delete(item.value);
    if (this.#yielding === item) this.#yielding = undefined;
    this.total--;
    try {
      item.unwatch?.();
    } catch {
      // The item goes, whether or not its watcher can let go.
    }
    return this.#dispose(item.home, item.id, item.value, reason);
  }

  async #dispose(
    home: Partition<K, T>,
    itemId: number,
    value: T,
    reason: DestroyReason,
  ): Promise<void> {
    const { clock, destroyTimeoutMs, factory } = this.settings;
    const startedAt = clock.now();
    home.destroying++;
    this.#destroys++;
    let failure: { error?: unknown } = {};
    try {
      await within(clock, destroyTimeoutMs, 'destroy', () => factory.destroy(value, reason));
    } catch (error) {
      failure = { error };
    }
    home.destroying--;
    this.#destroys--;
    const durationMs = clock.now() - startedAt;
    this.emit?.('pool.destroyed', home, { itemId, reason, durationMs, ...failure });
    this.settle(home);
    this.#quieten();
  }

  // --- endings -------------------------------------------------------------------------------

  /** Retires all items of a key and calls off what is being created; those who wait go on waiting. */
  evict(home: Partition<K, T>): (Promise<void> | undefined)[] {
    home.dormant = true;
    this.resume(home);
    for (const creation of [...home.creations]) creation.callOff();
    const ends = [...home.items].map((item) => this.retire(item, 'evicted'));
    this.settle(home);
    return ends;
  }

  /** Takes nobody in any more, turns away who waits, and retires everything. */
  close(error: unknown): void {
    this.closed = true;
    this.deadlines.stop();
    this.#coarse.stop();
    for (const home of [...this.partitions.values()]) {
      for (const queue of [home.streams, home.waiting]) {
        while (queue.first !== undefined) this.refuse(queue.first.value, error);
      }
      this.#turns.remove(home.turn);
      this.resume(home);
      for (const creation of [...home.creations]) creation.callOff(error);
      for (const item of [...home.items]) void this.retire(item, 'closed');
      this.settle(home);
    }
    this.#quieten();
  }

  /** Ends a closed pool though leases are running and creates have not answered. */
  cut(): void {
    this.#cut = true;
    for (const home of [...this.partitions.values()]) {
      for (const item of [...home.items]) void this.#destroy(item, 'closed');
    }
    this.#quieten();
  }

  #quieten(): void {
    if (!this.closed || this.total > 0 || this.#destroys > 0) return;
    if (this.#creates === 0 || this.#cut) this.onQuiet?.();
  }
}
