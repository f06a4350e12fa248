import { describe, expect, it } from 'vitest';
import { flush } from '../../../test/fake-clock.js';
import { isPoolFullError } from '../src/index.js';
import { outcome, workshop } from './workshop.js';

describe('waiting', () => {
  it('serves callers in the order of their coming', async () => {
    const { pool } = workshop({ maxConnections: 1 });
    const order: number[] = [];
    await Promise.all(
      [1, 2, 3, 4].map((n) =>
        pool.use('a', async () => {
          order.push(n);
          await flush();
        }),
      ),
    );
    expect(order).toEqual([1, 2, 3, 4]);
  });

  it('does not even look at the pool if the signal has aborted', async () => {
    const { pool, made } = workshop();
    const signal = AbortSignal.abort('too late');
    expect(await outcome(pool.acquire('a', { signal }))).toEqual({ error: 'too late' });
    expect(made).toHaveLength(0);
  });

  it('never serves a waiter that left, and serves the next one', async () => {
    const { pool } = workshop({ maxConnections: 1 });
    const lease = await pool.acquire('a');
    const controller = new AbortController();
    const leaving = pool.acquire('a', { signal: controller.signal });
    const staying = pool.acquire('a');
    controller.abort('changed my mind');
    expect(await outcome(leaving)).toEqual({ error: 'changed my mind' });
    expect(pool.stats('a')).toMatchObject({ waiting: 1, leases: 1 });
    lease.release();
    expect((await staying).value).toBe(lease.value);
  });

  it('keeps the item that was created for a caller who left', async () => {
    const { pool, orders, made } = workshop({ manual: true });
    const controller = new AbortController();
    const leaving = pool.acquire('a', { signal: controller.signal });
    controller.abort('gone');
    await expect(leaving).rejects.toBe('gone');
    const thing = orders[0]?.deliver();
    await flush();
    expect(pool.stats('a')).toMatchObject({ idle: 1, waiting: 0 });
    expect((await pool.acquire('a')).value).toBe(thing);
    expect(made).toHaveLength(1);
  });

  it('does not run fn if the caller left after the lease was given', async () => {
    const { pool, orders } = workshop({ manual: true });
    const controller = new AbortController();
    let ran = false;
    const use = pool.use('a', () => (ran = true), { signal: controller.signal });
    use.catch(() => undefined);
    orders[0]?.deliver();
    // The lease is given within these microtasks; the one that calls fn comes later.
    while (pool.stats('a').busy === 0) await Promise.resolve();
    controller.abort('now');
    expect(await outcome(use)).toEqual({ error: 'now' });
    expect(ran).toBe(false);
    expect(pool.stats('a')).toMatchObject({ idle: 1, busy: 0 });
  });

  it('leaves no listener on a signal that outlives the call', async () => {
    const { pool } = workshop({ maxConnections: 1 });
    const { signal } = new AbortController();
    const listeners = new Set<unknown>();
    const add = signal.addEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => listeners.add(args[1]);
    signal.removeEventListener = (...args: Parameters<typeof add>) => listeners.delete(args[1]);
    await Promise.all([1, 2, 3].map(() => pool.use('a', () => flush(), { signal })));
    expect(listeners.size).toBe(0);
  });

  it('lets who needs a new item wait for it although maxQueue is 0', async () => {
    const { pool } = workshop({ maxConnections: 1, maxQueue: 0 });
    const lease = await pool.acquire('a');
    await expect(pool.acquire('a')).rejects.toSatisfy(isPoolFullError);
    expect(lease.release()).toBe(true);
    await pool.acquire('a');
  });

  it('waits for ever with acquireTimeoutMs 0', async () => {
    const { pool, clock } = workshop({ maxConnections: 1, acquireTimeoutMs: 0 });
    const lease = await pool.acquire('a');
    const second = pool.acquire('a');
    await clock.advance(10_000_000);
    lease.release();
    await second;
  });

  it('lets a background lease share a full item, tells it to end, and ends when it does', async () => {
    const { pool, ended } = workshop({ maxConnections: 1 });
    const lease = await pool.acquire('a');
    const stream = await pool.acquire('a', { background: true });
    expect(stream.value).toBe(lease.value);
    expect(pool.stats('a')).toMatchObject({ busy: 1, leases: 1, background: 1 });
    lease.release();
    expect(stream.retiring.aborted).toBe(false);
    pool.retire(stream.value, 'drain');
    expect(stream.retiring.reason).toBe('drain');
    expect(ended).toEqual([]);
    stream.release();
    expect(ended).toEqual([{ thing: stream.value, reason: 'retired' }]);
  });

  it('tells a holder that asks only after its item has retired', async () => {
    const { pool } = workshop();
    const lease = await pool.acquire('a', { background: true });
    pool.retire(lease.value, 'drain');
    expect(lease.retiring.aborted).toBe(true);
    const other = await pool.acquire('a');
    const { retiring } = other;
    other.release();
    pool.retire(other.value);
    expect(retiring.aborted).toBe(false);
  });

  it('does not count a waiter twice that leaves while it is about to be served', async () => {
    const { pool, clock, made } = workshop({
      maxConnections: 2,
      maxLifetimeMs: 1_000,
      lifetimeJitter: 0,
    });
    const old = await pool.acquire('a');
    await clock.advance(500);
    const young = await pool.acquire('a');
    const controller = new AbortController();
    // It retires when the pool looks for an item for the one who waits.
    old.retiring.addEventListener('abort', () => controller.abort('left'));
    const waiting = pool.acquire('a', { signal: controller.signal });
    await clock.jump(501);
    young.release();
    expect(await outcome(waiting)).toEqual({ error: 'left' });
    expect(pool.stats('a')).toMatchObject({ waiting: 0, leases: 1, idle: 1 });
    old.release();
    await pool.close();
    expect(made).toHaveLength(2);
  });

  it('sees a signal that aborts while the pool looks for a lease', async () => {
    const { pool, clock } = workshop({ maxConnections: 1, maxTotal: 1, maxLifetimeMs: 1_000 });
    const old = await pool.acquire('a');
    const controller = new AbortController();
    old.retiring.addEventListener('abort', () => controller.abort('left'));
    await clock.advance(1_000);
    expect(await outcome(pool.acquire('a', { signal: controller.signal }))).toEqual({
      error: 'left',
    });
    expect(pool.stats('a').waiting).toBe(0);
  });

  it('lets a caller wait in full who comes while the event loop is blocked', async () => {
    let now = 0;
    const timers = new Set<{ fn: () => void; ms: number }>();
    const { pool } = workshop({
      maxConnections: 1,
      acquireTimeoutMs: 100,
      clock: {
        now: () => now,
        setTimeout: (fn, ms) => {
          const timer = { fn, ms };
          timers.add(timer);
          return timer;
        },
        clearTimeout: (timer) => timers.delete(timer as never),
      },
    });
    await pool.acquire('a');
    const early = outcome(pool.acquire('a'));
    now = 90;
    const late = outcome(pool.acquire('a'));
    now = 100;
    for (const { fn, ms } of [...timers]) if (ms === 100) fn();
    expect(await early).toMatchObject({ error: { code: 'POOL_TIMEOUT' } });
    expect(await late).toBe('pending');
  });

  it('times the callers of each key on their own', async () => {
    const { pool, clock } = workshop({ maxConnections: 1, acquireTimeoutMs: 100 });
    const refused: string[] = [];
    const wait = (key: string, name: string) => pool.acquire(key).catch(() => refused.push(name));
    const held = await pool.acquire('a');
    await pool.acquire('b');
    void wait('a', 'served');
    void wait('b', 'first');
    await clock.advance(60);
    void wait('b', 'second');
    // The queue of one key ends, and with it nobody's time but its own.
    held.release();
    await clock.advance(40);
    expect(refused).toEqual(['first']);
    await clock.advance(59);
    expect(refused).toEqual(['first']);
    await clock.advance(1);
    expect(refused).toEqual(['first', 'second']);
  });

  it('limits the callers who wait for background work, too', async () => {
    const { pool } = workshop({ manual: true, maxQueue: 5 });
    const all = Array.from({ length: 10 }, () => outcome(pool.acquire('a', { background: true })));
    // One more than maxQueue waits for what is being created.
    expect(pool.stats('a').waiting).toBe(6);
    expect(await all[6]).toMatchObject({ error: { code: 'POOL_FULL' } });
  });
});
