import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FakeClock, flush } from '../../../test/fake-clock.js';
import {
  createPool,
  isConfigError,
  isPoolClosedError,
  isPoolFullError,
  isPoolTimeoutError,
  type Lease,
  type PoolEvent,
  type PoolOptions,
} from '../src/index.js';

// Keys that a plain object could not hold.
const KEYS = ['__proto__', 'constructor', ''];
const RETRY_DELAY_MS = 100;

interface Thing {
  readonly key: string;
  lost: (() => void) | undefined;
  retire: (() => void) | undefined;
  destroyed: boolean;
  good: boolean;
}

interface Order {
  readonly key: string;
  answer(fail: boolean): void;
}

interface Asked {
  readonly key: string;
  readonly background: boolean;
  readonly abort: AbortController;
  lease?: Lease<Thing>;
  over?: boolean;
  error?: unknown;
}

type Config = Pick<
  PoolOptions<string, Thing>,
  | 'maxConnections'
  | 'maxTotal'
  | 'maxConcurrency'
  | 'targetUtilization'
  | 'minIdle'
  | 'maxQueue'
  | 'maxUses'
  | 'maxLifetimeMs'
  | 'maxIdleMs'
  | 'keepAlive'
> & {
  validates: boolean;
  holdsAtOne: boolean;
  /** Every so many items are lost while they are being watched for the first time. 0: none. */
  stillborn: number;
  /** What a holder does when its item retires. */
  onRetiring: 'nothing' | 'release' | 'leave' | 'acquire';
  /** Every so many events, the observer calls the pool. 0: never. */
  meddles: number;
};

const config: fc.Arbitrary<Config> = fc
  .record({
    maxConnections: fc.integer({ min: 0, max: 3 }),
    maxTotal: fc.integer({ min: 1, max: 4 }),
    maxConcurrency: fc.integer({ min: 1, max: 3 }),
    targetUtilization: fc.constantFrom(0.5, 1),
    minIdle: fc.integer({ min: 0, max: 2 }),
    maxQueue: fc.constantFrom(0, 2, 1_000),
    maxUses: fc.constantFrom(0, 0, 3),
    maxLifetimeMs: fc.constantFrom(0, 0, 500),
    maxIdleMs: fc.constantFrom(0, 300),
    keepAlive: fc.constantFrom(true, true, false),
    validates: fc.boolean(),
    holdsAtOne: fc.constantFrom(false, false, true),
    stillborn: fc.constantFrom(0, 0, 2, 3),
    onRetiring: fc.constantFrom('nothing', 'nothing', 'release', 'leave', 'acquire'),
    meddles: fc.constantFrom(0, 0, 3, 7),
  })
  .map((options) => ({
    ...options,
    minIdle: options.keepAlive
      ? Math.min(options.minIdle, options.maxConnections, options.maxTotal)
      : 0,
  }));

const key = fc.constantFrom(...KEYS);
const which = fc.nat(30);
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('acquire' as const),
      key,
      background: fc.constantFrom(false, false, false, true),
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('release' as const), which }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('deliver' as const), which }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('fail' as const), which }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('abort' as const), which }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom('lose', 'retire', 'spoil', 'remove'), which }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('advance', 'jump'),
      ms: fc.constantFrom(1, 50, 120, 400, 1_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('evict' as const), key }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('clear' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

class World {
  readonly clock = new FakeClock();
  readonly things: Thing[] = [];
  readonly orders: Order[] = [];
  readonly asked: Asked[] = [];
  readonly ledger = new Ledger();
  readonly config: Config;
  readonly pool;

  /** Nobody calls back into the pool any more. */
  quiet = false;
  #told = 0;

  constructor(config: Config) {
    const { validates, holdsAtOne, stillborn, onRetiring: _, meddles, ...options } = config;
    this.config = config;
    this.ledger.inOrder = !meddles && ['nothing', 'release'].includes(config.onRetiring);
    this.pool = createPool<string, Thing>({
      ...options,
      create: (key) =>
        new Promise((resolve, reject) => {
          const answer = (fail: boolean) => {
            this.orders.splice(this.orders.indexOf(order), 1);
            if (fail) return reject(new Error('create failed'));
            const thing = { key, lost: undefined, retire: undefined, destroyed: false, good: true };
            this.things.push(thing);
            resolve(thing);
          };
          const order = { key, answer };
          this.orders.push(order);
        }),
      destroy: (thing) => {
        expect(thing.destroyed).toBe(false);
        thing.destroyed = true;
      },
      // It does not let go of what it watches: what is lost may be lost again.
      watch: (thing, { lost, retire }) => {
        thing.lost = lost;
        thing.retire = retire;
        if (stillborn && this.things.length % stillborn === 0) lost();
      },
      ...(validates && { validate: async (thing: Thing) => thing.good, validateAfterIdleMs: 30 }),
      ...(holdsAtOne && { mayGrow: () => false }),
      acquireTimeoutMs: 900,
      createTimeoutMs: 700,
      cleanupIntervalMs: 150,
      retryDelayMs: RETRY_DELAY_MS,
      clock: this.clock,
      random: () => 0,
      observer: (event) => {
        this.ledger.enter(event);
        if (meddles && ++this.#told % meddles === 0) this.meddle();
        throw new Error('an observer that throws');
      },
    });
  }

  async run(step: Step): Promise<void> {
    const pick = <X>(from: readonly X[], n: number): X | undefined => from[n % (from.length || 1)];
    switch (step.do) {
      case 'acquire':
        this.acquire(step.key, step.background);
        break;
      case 'release': {
        const asked = pick(this.held(), step.which);
        if (asked?.lease === undefined) break;
        asked.over = true;
        expect(asked.lease.release()).toBe(true);
        await flush();
        this.quietly(() => {
          const before = this.pool.stats();
          expect(asked.lease?.release()).toBe(false);
          expect(this.pool.stats()).toEqual(before);
        });
        break;
      }
      case 'deliver':
      case 'fail':
        pick(this.orders, step.which)?.answer(step.do === 'fail');
        break;
      case 'abort':
        pick(this.waiting(), step.which)?.abort.abort('left');
        break;
      case 'lose':
        pick(this.things, step.which)?.lost?.();
        break;
      case 'retire':
        pick(this.things, step.which)?.retire?.();
        break;
      case 'remove': {
        const thing = pick(this.open(), step.which);
        if (thing !== undefined) this.pool.retire(thing, 'by hand');
        break;
      }
      case 'spoil': {
        const thing = pick(this.open(), step.which);
        if (thing !== undefined) thing.good = false;
        break;
      }
      case 'advance':
        await this.clock.advance(step.ms);
        break;
      case 'jump':
        await this.clock.jump(step.ms);
        break;
      case 'evict':
        this.ledger.forgive(step.key);
        await this.pool.evict(step.key);
        break;
      case 'clear':
        for (const each of KEYS) this.ledger.forgive(each);
        await this.pool.clear();
        break;
    }
    await flush();
  }

  quietly(fn: () => void): void {
    const before = this.quiet;
    this.quiet = true;
    fn();
    this.quiet = before;
  }

  /** Does what an observer may do, though it had better not. */
  meddle(): void {
    if (this.quiet) return;
    // One at a time: each call may be told about, too.
    this.quietly(() => {
      const n = this.#told;
      const key = KEYS[n % KEYS.length] as string;
      const held = this.held()[0];
      switch (n % 6) {
        case 0:
          this.acquire(key, n % 4 === 0);
          break;
        case 1:
          if (held !== undefined) held.over = true;
          held?.lease?.release();
          break;
        case 2:
          this.waiting()[0]?.abort.abort('left');
          break;
        case 3:
          this.things.at(-1)?.lost?.();
          break;
        case 4:
          this.things.at(-2)?.retire?.();
          break;
        case 5:
          this.ledger.forgive(key);
          void this.pool.evict(key);
      }
    });
  }

  #react(asked: Asked): void {
    if (this.quiet) return;
    switch (this.config.onRetiring) {
      case 'release':
        if (asked.over) break;
        asked.over = true;
        expect(asked.lease?.release()).toBe(true);
        break;
      case 'leave':
        for (const other of this.waiting()) if (other.key === asked.key) other.abort.abort('left');
        break;
      case 'acquire':
        this.quietly(() => this.acquire(asked.key, asked.background));
    }
  }

  acquire(key: string, background: boolean): void {
    const asked: Asked = { key, background, abort: new AbortController() };
    this.asked.push(asked);
    this.pool.acquire(key, { background, signal: asked.abort.signal }).then(
      (lease) => {
        // 4: a waiter that left is never served; if it leaves from within the pool, it may have been
        // served just before. 19: nobody gets what belongs to another key.
        if (this.ledger.inOrder) expect(asked.abort.signal.aborted).toBe(false);
        expect(lease.value.key).toBe(key);
        asked.lease = lease;
        if (this.config.onRetiring === 'nothing') return;
        lease.retiring.addEventListener('abort', () => this.#react(asked));
        if (lease.retiring.aborted) this.#react(asked);
      },
      (error) => {
        asked.error = error;
        asked.over = true;
        if (error === 'left') expect(asked.abort.signal.aborted).toBe(true);
        else if (this.ledger.inOrder) expect(asked.abort.signal.aborted).toBe(false);
        if (error === 'left') return;
        expect(describe(error)).not.toBe('unexpected');
      },
    );
  }

  open = () => this.things.filter((thing) => !thing.destroyed);
  held = () => this.asked.filter((asked) => asked.lease !== undefined && asked.over !== true);
  waiting = () => this.asked.filter((asked) => asked.lease === undefined && asked.over !== true);

  check(): void {
    const { maxConnections, maxTotal, maxConcurrency, targetUtilization } = this.config;
    const all = this.pool.stats();
    const most = maxConnections === 0 ? Infinity : (maxConnections ?? 10);
    const room = maxConnections === 0 ? 1 : (maxConcurrency ?? 1);
    const share = Math.max(1, Math.floor(room * (targetUtilization ?? 1)));
    // 1 and 17: the caps hold, and the stats say what is true.
    expect(all.connected + all.creating).toBeLessThanOrEqual(maxTotal ?? 100);
    expect(all.connected).toBe(this.open().length);
    expect(all.waiting).toBe(this.waiting().length);
    expect(this.ledger.problems).toEqual([]);
    for (const key of KEYS) {
      const stats = this.pool.stats(key);
      expect(stats.connected).toBe(stats.idle + stats.busy + stats.retiring);
      expect(stats.idle + stats.busy + stats.creating).toBeLessThanOrEqual(most);
      if (this.config.holdsAtOne && maxConnections !== 0) {
        expect(stats.idle + stats.busy + stats.creating).toBeLessThanOrEqual(1);
      }
      expect(stats.connected).toBe(this.open().filter((thing) => thing.key === key).length);
      expect(stats.waiting).toBe(this.waiting().filter((asked) => asked.key === key).length);
      const held = this.held().filter(
        (asked) => asked.key === key && !asked.lease?.value.destroyed,
      );
      expect(stats.leases + stats.background).toBe(held.length);
      expect(stats.background).toBe(held.filter((asked) => asked.background).length);
      // 2: nobody carries too much.
      for (const thing of this.open()) {
        const load = held.filter((asked) => !asked.background && asked.lease?.value === thing);
        expect(load.length).toBeLessThanOrEqual(room);
      }
      // 6: nobody waits while there is something to be had, or to be opened.
      const waiting = this.waiting().filter((asked) => asked.key === key && !asked.background);
      if (waiting.length > 0) {
        expect(stats.idle).toBe(0);
        const growing = waiting.length <= stats.creating * share;
        const capped =
          stats.busy + stats.creating >= most ||
          all.connected + all.creating >= (maxTotal ?? 100) ||
          (this.config.holdsAtOne && stats.busy + stats.creating > 0);
        expect(growing || capped || this.ledger.isFailing(key)).toBe(true);
      }
    }
  }

  /** 8: whatever happened, who waits is served if items come and leases end. */
  async calm(): Promise<void> {
    this.quiet = true;
    for (let round = 0; round < 60 && this.waiting().length + this.orders.length > 0; round++) {
      for (const order of [...this.orders]) order.answer(false);
      await flush();
      for (const asked of this.held()) {
        asked.over = true;
        asked.lease?.release();
      }
      await this.clock.advance(10);
      this.check();
    }
    expect(this.waiting()).toEqual([]);
  }

  /** 9, 10, 11: the end is clean. */
  async close(drop: boolean): Promise<void> {
    this.quiet = drop;
    const closing = this.pool.close({ drainTimeoutMs: 5_000 });
    const late = this.pool.acquire('').catch((error) => error);
    expect(isPoolClosedError(await late)).toBe(true);
    await flush();
    expect(this.waiting()).toEqual([]);
    if (drop) {
      for (const order of [...this.orders]) order.answer(false);
      for (const asked of this.held()) asked.lease?.release();
    } else {
      await this.clock.advance(5_000);
    }
    await closing;
    for (const order of [...this.orders]) order.answer(false);
    await flush();
    expect(this.open()).toEqual([]);
    expect(this.pool.stats()).toMatchObject({ keys: 0, connected: 0, creating: 0, destroying: 0 });
    expect(this.clock.timers).toBe(0);
    expect(this.ledger.problems).toEqual([]);
    expect(this.ledger.unpaired()).toEqual([]);
  }
}

/** Reads the events and notes what must not be. */
class Ledger {
  /** Whether nobody asks for a lease while another one is being given. */
  inOrder = true;
  readonly problems: string[] = [];
  readonly #items = new Map<number, 'creating' | 'live' | 'retired' | 'failed' | 'destroyed'>();
  readonly #leases = new Map<number, 'waiting' | 'held' | 'over'>();
  readonly #lastServed = new Map<string, number>();
  readonly #used = new Set<number>();
  readonly #failedAt = new Map<string, number>();

  isFailing = (key: string) => this.#failedAt.has(key);
  forgive = (key: string) => this.#failedAt.delete(key);

  unpaired(): unknown[] {
    return [
      ...[...this.#items].filter(([, state]) => state !== 'destroyed' && state !== 'failed'),
      ...[...this.#leases].filter(([, state]) => state === 'waiting'),
    ];
  }

  enter(event: PoolEvent): void {
    switch (event.type) {
      case 'pool.create': {
        // 7: a key that failed pauses.
        const since = this.#failedAt.get(event.key);
        if (since !== undefined && event.at < since + RETRY_DELAY_MS / 2) {
          this.#note(event, 'came too early');
        }
        this.#move(this.#items, event.itemId, [undefined], 'creating', event);
        break;
      }
      case 'pool.created':
        this.#failedAt.delete(event.key);
        this.#move(this.#items, event.itemId, ['creating'], 'live', event);
        break;
      case 'pool.create.failed':
        if (!isAbort(event.error)) this.#fail(event);
        this.#move(this.#items, event.itemId, ['creating'], 'failed', event);
        break;
      case 'pool.acquire':
        this.#move(this.#leases, event.leaseId, [undefined], 'waiting', event);
        break;
      case 'pool.acquired': {
        // 3: what left service is never leased again. 4: first come, first served.
        this.#used.add(event.itemId);
        if (this.#items.get(event.itemId) !== 'live') this.#note(event, 'is not in service');
        const line = `${event.key}/${event.background}`;
        if (this.inOrder && event.leaseId < (this.#lastServed.get(line) ?? 0))
          this.#note(event, 'jumped the queue');
        this.#lastServed.set(line, event.leaseId);
        this.#move(this.#leases, event.leaseId, ['waiting'], 'held', event);
        break;
      }
      case 'pool.acquire.failed':
        this.#move(this.#leases, event.leaseId, ['waiting'], 'over', event);
        break;
      case 'pool.released':
        this.#move(this.#leases, event.leaseId, ['held'], 'over', event);
        break;
      case 'pool.retired':
        // What dies before it has served is as bad as a failure.
        if (event.reason === 'lost' && !this.#used.has(event.itemId)) {
          this.#fail(event);
        }
        this.#move(this.#items, event.itemId, ['live'], 'retired', event);
        break;
      case 'pool.destroyed':
        this.#move(
          this.#items,
          event.itemId,
          event.reason === 'late' ? ['failed'] : ['retired'],
          'destroyed',
          event,
        );
        break;
    }
  }

  /** What fails while the key pauses is no reason to pause for longer. */
  #fail({ key, at }: { key: string; at: number }): void {
    const since = this.#failedAt.get(key);
    if (since === undefined || at >= since + RETRY_DELAY_MS / 2) this.#failedAt.set(key, at);
  }

  #move<S>(map: Map<number, S>, id: number, from: (S | undefined)[], to: S, event: PoolEvent) {
    if (!from.includes(map.get(id))) this.#note(event, `follows ${map.get(id)}`);
    map.set(id, to);
  }

  #note(event: PoolEvent, what: string): void {
    this.problems.push(`${JSON.stringify(event)} ${what}`);
  }
}

const isAbort = (error: unknown) =>
  isPoolClosedError(error) || (error instanceof Error && error.name === 'AbortError');

function describe(error: unknown): string {
  if (isPoolTimeoutError(error) || isPoolFullError(error) || isPoolClosedError(error))
    return error.code;
  if (isConfigError(error)) return 'unexpected';
  return error instanceof Error && /^(create failed|lost)$/.test(error.message)
    ? 'create'
    : 'unexpected';
}

it('keeps its promises whatever happens', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      config,
      fc.array(step, { minLength: 5, maxLength: 40 }),
      fc.boolean(),
      fc.boolean(),
      async (options, steps, calms, drop) => {
        const world = new World(options);
        for (const each of steps) {
          await world.run(each);
          world.check();
        }
        if (calms) await world.calm();
        await world.close(drop);
      },
    ),
    { numRuns: Number(process.env.RUNS ?? 2_000) },
  );
});
