import { describe, expect, it } from 'vitest';
import { flush } from '../../../test/fake-clock.js';
import { createPool } from '../src/index.js';
import { workshop } from './workshop.js';

describe('seeing', () => {
  it('tells the life of an item and its leases', async () => {
    const { pool, clock, events } = workshop();
    const lease = await pool.acquire('a');
    await clock.advance(40);
    lease.release();
    await pool.use('a', () => undefined);
    pool.retire(lease.value, 'draining');
    await flush();
    expect(events).toEqual([
      { type: 'pool.acquire', at: 1_000, key: 'a', leaseId: 1, background: false },
      { type: 'pool.create', at: 1_000, key: 'a', itemId: 2 },
      { type: 'pool.created', at: 1_000, key: 'a', itemId: 2, durationMs: 0 },
      {
        type: 'pool.acquired',
        at: 1_000,
        key: 'a',
        leaseId: 1,
        background: false,
        itemId: 2,
        waitMs: 0,
        reused: false,
      },
      {
        type: 'pool.released',
        at: 1_040,
        key: 'a',
        leaseId: 1,
        background: false,
        itemId: 2,
        heldMs: 40,
      },
      { type: 'pool.acquire', at: 1_040, key: 'a', leaseId: 3, background: false },
      {
        type: 'pool.acquired',
        at: 1_040,
        key: 'a',
        leaseId: 3,
        background: false,
        itemId: 2,
        waitMs: 0,
        reused: true,
      },
      {
        type: 'pool.released',
        at: 1_040,
        key: 'a',
        leaseId: 3,
        background: false,
        itemId: 2,
        heldMs: 0,
      },
      {
        type: 'pool.retired',
        at: 1_040,
        key: 'a',
        itemId: 2,
        reason: 'retired',
        detail: 'draining',
        leases: 0,
      },
      { type: 'pool.destroyed', at: 1_040, key: 'a', itemId: 2, reason: 'retired', durationMs: 0 },
    ]);
  });

  it('reports a lease that is held for too long, once, with the stack of its holder', async () => {
    const { pool, clock, of } = workshop({ leakAfterMs: 1_000 });
    async function careless() {
      await pool.acquire('a');
    }
    await careless();
    await pool.acquire('a', { background: true });
    (await pool.acquire('a')).release();
    await clock.advance(1_000);
    expect(of('pool.leak')).toMatchObject([{ leaseId: 1, heldMs: 1_000, key: 'a' }]);
    expect(of('pool.leak')[0]?.stack).toContain('careless');
    await clock.advance(10_000);
    expect(of('pool.leak')).toHaveLength(1);
  });

  it('reports a lease that is released twice, and changes nothing', async () => {
    const { pool, of } = workshop({ maxConcurrency: 2 });
    const [one] = await Promise.all([pool.acquire('a'), pool.acquire('a')]);
    expect(one.release()).toBe(true);
    const before = pool.stats();
    expect(one.release()).toBe(false);
    expect(pool.stats()).toEqual(before);
    expect(of('pool.misuse')).toMatchObject([{ call: 'release' }]);
  });

  it('is not harmed by an observer that throws or calls back', async () => {
    const { pool } = workshop({
      maxConnections: 1,
      observer: (event) => {
        if (event.type === 'pool.released' && event.leaseId < 20)
          void pool.use('a', () => undefined);
        throw new Error('broken');
      },
    });
    await Promise.all([1, 2, 3].map(() => pool.use('a', () => flush())));
    await flush();
    expect(pool.stats()).toMatchObject({ connected: 1, idle: 1, waiting: 0, leases: 0 });
  });

  it('makes no event without an observer', async () => {
    const { pool, clock } = workshop({ observer: undefined });
    const ticks: number[] = [];
    const { now } = clock;
    clock.now = () => {
      ticks.push(0);
      return now.call(clock);
    };
    (await pool.acquire('a')).release();
    ticks.length = 0;
    for (let i = 0; i < 100; i++) (await pool.acquire('a')).release();
    // Without an event there is no time to note either.
    expect(ticks).toHaveLength(0);
  });

  it('leaves the credentials of a URL out of events and errors', async () => {
    const { pool, events } = workshop({ acquireTimeoutMs: 1, maxConnections: 1 });
    await pool.acquire('wss://user:secret@host/mcp?token=secret#secret');
    const { pool: full } = workshop({ maxConnections: 1, maxQueue: 0 });
    await full.acquire('wss://user:secret@host/mcp?token=secret');
    const error = await full.acquire('wss://user:secret@host/mcp?token=secret').catch((e) => e);
    expect(JSON.stringify(events) + String(error)).not.toContain('secret');
    expect(String(error)).toContain('wss://***@host/mcp?***');
  });

  it('tells keys apart by identity unless told otherwise', async () => {
    const pool = createPool<object, object>({ create: () => ({}), destroy: () => undefined });
    const [a, b] = [{}, {}];
    await pool.acquire(a);
    expect(pool.stats(a).busy).toBe(1);
    expect(pool.stats(b).busy).toBe(0);
    await pool.close({ drainTimeoutMs: 0 });
  });

  it.each([
    ['wss://user:p@ss@host/', 'wss://***@host/'],
    ['wss:\\\\user:pw@host', 'wss:\\\\***@host'],
    ['https:user:pw@host/', 'https:***@host/'],
    ['wss:///user:pw@host/', 'wss:///***@host/'],
    ['wss://host/?q=a b secret', 'wss://host/?***'],
    ['wss://host/?mail=a@b', 'wss://host/?***'],
    ['wss://user:p?w@host', 'wss://***'],
    ['wss://user:p#w@host', 'wss://***'],
    ['["wss://user:pw@host/?a=b","t"]', '["wss://***@host/?***'],
    ['wss://host/@scope/name', 'wss://host/@scope/name'],
    ['tenant@example.com', 'tenant@example.com'],
  ])('shows %s as %s', async (key, shown) => {
    const { pool, events } = workshop();
    await pool.acquire(key);
    expect(new Set(events.map((event) => ('key' in event ? event.key : '')))).toEqual(
      new Set([shown]),
    );
  });

  it('names no key where there is none', () => {
    const { pool, of } = workshop();
    pool.retire({ id: 0, key: 'stranger' });
    expect(of('pool.misuse')).toStrictEqual([{ type: 'pool.misuse', at: 1_000, call: 'retire' }]);
  });
});
