import { describe, expect, it } from 'vitest';
import { flush } from '../../../test/fake-clock.js';
import { reasons, workshop } from './workshop.js';

const minute = 60_000;

describe('ageing', () => {
  it('destroys at the clean-up what nobody leased for maxIdleMs, but keeps minIdle', async () => {
    const { pool, clock, ended } = workshop({
      maxIdleMs: 10 * minute,
      cleanupIntervalMs: minute,
      minIdle: 1,
    });
    const leases = await Promise.all([1, 2, 3].map(() => pool.acquire('a')));
    await flush();
    for (const lease of leases) lease.release();
    await clock.advance(10 * minute - 1);
    expect(ended).toEqual([]);
    await clock.advance(minute);
    expect(reasons(ended)).toEqual(['idle', 'idle', 'idle']);
    expect(pool.stats('a')).toMatchObject({ idle: 1 });
  });

  it('keeps minIdle items in reserve, opened one by one', async () => {
    const { pool, orders } = workshop({ manual: true, minIdle: 2 });
    const lease = pool.acquire('a');
    for (let i = 0; i < 3; i++) {
      expect(orders).toHaveLength(i + 1);
      orders[i]?.deliver();
      await flush();
    }
    await lease;
    expect(orders).toHaveLength(3);
    expect(pool.stats('a')).toMatchObject({ idle: 2, busy: 1 });
  });

  it('does not lease an item of maxLifetimeMs, and does not cut who has it', async () => {
    const { pool, clock, ended } = workshop({ maxLifetimeMs: minute, lifetimeJitter: 0 });
    const lease = await pool.acquire('a');
    await clock.advance(minute);
    expect((await pool.acquire('a')).value).not.toBe(lease.value);
    expect(ended).toEqual([]);
    lease.release();
    (await pool.acquire('a')).release();
    await clock.advance(minute);
    await pool.acquire('a');
    expect(new Set(reasons(ended))).toEqual(new Set(['lifetime']));
  });

  it('opens the new one before the old one stops, a chance before its time', async () => {
    const { pool, clock, orders, ended } = workshop({
      manual: true,
      maxLifetimeMs: minute,
      lifetimeJitter: 0.5,
      random: () => 0.5,
      maxConcurrency: 2,
    });
    const first = pool.acquire('a');
    orders[0]?.deliver();
    const old = await first;
    await clock.advance(0.75 * minute - 1);
    (await pool.acquire('a')).release();
    expect(orders).toHaveLength(1);
    await clock.advance(1);
    // The old one still serves while the new one is being opened.
    const second = await pool.acquire('a');
    expect(second.value).toBe(old.value);
    expect(orders).toHaveLength(2);
    const fresh = orders[1]?.deliver();
    await flush();
    expect(pool.stats('a')).toMatchObject({ retiring: 1, idle: 1 });
    expect((await pool.acquire('a')).value).toBe(fresh);
    old.release();
    second.release();
    expect(reasons(ended)).toEqual(['lifetime']);
  });

  it('replaces items one by one after the laptop slept', async () => {
    const { pool, clock, orders, open } = workshop({
      manual: true,
      maxLifetimeMs: 10 * minute,
      lifetimeJitter: 0.1,
      cleanupIntervalMs: minute,
      maxConnections: 5,
      minIdle: 5,
    });
    const lease = pool.acquire('a');
    for (let i = 0; i < 5; i++) {
      orders[i]?.deliver();
      await flush();
    }
    (await lease).release();
    expect(open()).toHaveLength(5);
    await clock.jump(60 * minute);
    for (let i = 0; i < 5; i++) {
      expect(pool.stats('a').creating).toBeLessThanOrEqual(1);
      orders[orders.length - 1]?.deliver();
      await flush();
    }
    expect(orders.length).toBeLessThanOrEqual(10);
  });

  it('destroys an item after maxUses leases', async () => {
    const { pool, made, ended } = workshop({ maxUses: 2 });
    for (let i = 0; i < 5; i++) await pool.use('a', () => undefined);
    expect(made).toHaveLength(3);
    expect(reasons(ended)).toEqual(['uses', 'uses']);
  });

  it('destroys on the last release with keepAlive false, unless somebody waits', async () => {
    const { pool, made, ended } = workshop({ keepAlive: false, maxConnections: 1 });
    await Promise.all([1, 2].map(() => pool.use('a', () => flush())));
    expect(made).toHaveLength(1);
    expect(reasons(ended)).toEqual(['released']);
  });

  it('holds no process while nothing happens', async () => {
    const held = new Set<object>();
    const { pool } = workshop({
      clock: {
        now: () => 0,
        setTimeout: () => {
          const timer = { ref: () => held.add(timer), unref: () => held.delete(timer) };
          held.add(timer);
          return timer;
        },
        clearTimeout: (timer) => held.delete(timer as object),
      },
      maxConnections: 1,
      minIdle: 1,
    });
    await Promise.all([1, 2].map(() => pool.use('a', () => flush())));
    expect(held.size).toBe(0);
    const lease = await pool.acquire('a');
    const waiting = pool.acquire('a');
    expect(held.size).toBe(1);
    lease.release();
    (await waiting).release();
    expect(held.size).toBe(0);
    await pool.close();
  });

  it('keeps busy items at maxTotal until their time is over', async () => {
    const { pool, clock, ended, made } = workshop({
      maxTotal: 3,
      maxLifetimeMs: minute,
      lifetimeJitter: 0.5,
      random: () => 0.9,
    });
    const leases = await Promise.all([1, 2, 3].map(() => pool.acquire('a')));
    await clock.advance(0.6 * minute);
    const next = pool.acquire('a');
    expect(pool.stats('a')).toMatchObject({ busy: 3, retiring: 0 });
    leases[0]?.release();
    const last = await next;
    // One that is free makes room for its successor.
    last.release();
    leases[1]?.release();
    await pool.use('a', () => undefined);
    await flush();
    expect(reasons(ended)).toEqual(['lifetime', 'lifetime']);
    expect(made).toHaveLength(5);
    expect(pool.stats('a')).toMatchObject({ busy: 1, idle: 2 });
  });

  it('opens the successor at once where maxConnections has no room for both', async () => {
    const { pool, clock, made } = workshop({
      maxConnections: 1,
      maxConcurrency: 64,
      maxLifetimeMs: minute,
      lifetimeJitter: 0.5,
      random: () => 0.9,
    });
    await pool.acquire('a');
    await clock.advance(0.6 * minute);
    await pool.acquire('a');
    await flush();
    expect(pool.stats('a')).toMatchObject({ retiring: 1, idle: 1 });
    expect((await pool.acquire('a')).value).toBe(made[1]);
  });

  it('keeps its reserve again for a key that is used again', async () => {
    const { pool } = workshop({ maxTotal: 3, minIdle: 1 });
    await pool.use('a', () => undefined);
    await flush();
    // Takes the slot of one of its two.
    const leases = await Promise.all([1, 2].map(() => pool.acquire('b')));
    for (const each of leases) each.release();
    await pool.evict('b');
    expect(pool.stats('a')).toMatchObject({ connected: 1 });
    const lease = await pool.acquire('a');
    await flush();
    expect(pool.stats('a')).toMatchObject({ busy: 1, idle: 1 });
    lease.release();
  });
});
