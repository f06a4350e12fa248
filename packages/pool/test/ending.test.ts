import { describe, expect, it } from 'vitest';
import { flush } from '../../../test/fake-clock.js';
import { isPoolClosedError } from '../src/index.js';
import { outcome, reasons, workshop } from './workshop.js';

describe('ending', () => {
  it('evicts a key: idle items go, busy ones when they are free, who waits gets new ones', async () => {
    const { pool, ended, made } = workshop({ maxConnections: 2 });
    const [busy, idle] = await Promise.all([pool.acquire('a'), pool.acquire('a')]);
    const other = await pool.acquire('b');
    idle.release();
    await pool.evict('a');
    expect(reasons(ended)).toEqual(['evicted']);
    expect((await pool.acquire('a')).value).toBe(made[3]);
    busy.release();
    expect(reasons(ended)).toEqual(['evicted', 'evicted']);
    expect(other.retiring.aborted).toBe(false);
  });

  it('calls off what is being created for an evicted key, and opens anew for who waits', async () => {
    const { pool, orders, ended } = workshop({ manual: true });
    const waiting = pool.acquire('a');
    await pool.evict('a');
    expect(orders).toHaveLength(2);
    expect(orders[0]?.signal.aborted).toBe(true);
    orders[0]?.deliver();
    await flush();
    expect(reasons(ended)).toEqual(['late']);
    const thing = orders[1]?.deliver();
    expect((await waiting).value).toBe(thing);
  });

  it('lets an evicted key that failed try again at once', async () => {
    const { pool, orders } = workshop({ manual: true });
    const failed = outcome(pool.acquire('a'));
    orders[0]?.fail(new Error('refused'));
    await failed;
    await pool.evict('a');
    void pool.acquire('a');
    expect(orders).toHaveLength(2);
  });

  it('clears all keys and goes on', async () => {
    const { pool, ended } = workshop({ minIdle: 1 });
    await pool.use('a', () => undefined);
    await pool.use('b', () => undefined);
    await flush();
    await pool.clear();
    expect(new Set(reasons(ended))).toEqual(new Set(['evicted']));
    expect(pool.stats()).toMatchObject({ keys: 0, connected: 0, creating: 0 });
    await pool.use('a', () => undefined);
  });

  it('refuses at once after close, and rejects who waits', async () => {
    const { pool } = workshop({ maxConnections: 1 });
    const lease = await pool.acquire('a');
    const waiting = outcome(pool.acquire('a'));
    const closing = pool.close();
    expect(isPoolClosedError(((await waiting) as { error: unknown }).error)).toBe(true);
    expect(await outcome(closing)).toBe('pending');
    await expect(pool.acquire('a')).rejects.toMatchObject({
      code: 'POOL_CLOSED',
      retryable: false,
    });
    expect(lease.retiring.aborted).toBe(true);
    lease.release();
    await closing;
  });

  it('destroys items under their holders when the drain takes too long', async () => {
    const { pool, clock, ended } = workshop();
    const lease = await pool.acquire('a');
    const closing = pool.close({ drainTimeoutMs: 1_000 });
    await clock.advance(999);
    expect(ended).toEqual([]);
    await clock.advance(1);
    await closing;
    expect(reasons(ended)).toEqual(['closed']);
    expect(lease.release()).toBe(true);
    expect(clock.timers).toBe(0);
  });

  it('counts nothing after close, whatever was going on', async () => {
    const { pool, clock, made, ended } = workshop({ minIdle: 1, maxConcurrency: 2 });
    await Promise.all([pool.acquire('a'), pool.acquire('b', { background: true })]);
    void pool.use('a', () => undefined);
    await pool.close({ drainTimeoutMs: 0 });
    expect(new Set(Object.values(pool.stats()))).toEqual(new Set([0]));
    expect(ended).toHaveLength(made.length);
    expect(clock.timers).toBe(0);
  });

  it('lets a second close shorten the first', async () => {
    const { pool } = workshop();
    await pool.acquire('a');
    const closing = pool.close();
    await pool.close({ drainTimeoutMs: 0 });
    await closing;
  });

  it('waits for a create that goes on after close, and destroys what it gives', async () => {
    const { pool, orders, ended } = workshop({ manual: true });
    const waiting = outcome(pool.acquire('a'));
    const closing = pool.close();
    await waiting;
    expect(orders[0]?.signal.aborted).toBe(true);
    expect(await outcome(closing)).toBe('pending');
    orders[0]?.deliver();
    await closing;
    expect(reasons(ended)).toEqual(['late']);
  });

  it('survives a destroy that throws or hangs', async () => {
    const { pool, clock, of } = workshop({
      destroyTimeoutMs: 100,
      destroy: ({ id }) => {
        if (id === 1) throw new Error('cannot');
        return new Promise(() => undefined);
      },
    });
    const leases = await Promise.all([pool.acquire('a'), pool.acquire('a')]);
    for (const lease of leases) lease.release();
    const closing = pool.close();
    await flush();
    expect(pool.stats().destroying).toBe(1);
    await clock.advance(100);
    await closing;
    expect(of('pool.destroyed').map((event) => String(event.error))).toEqual([
      'Error: cannot',
      'Error: destroy took longer than 100 ms',
    ]);
  });

  it('ends with await using, lease and pool', async () => {
    const { pool, ended, of } = workshop();
    {
      await using owned = pool;
      await using lease = await owned.acquire('a');
      expect(owned.stats('a').busy).toBe(1);
      lease.release();
    }
    expect(reasons(ended)).toEqual(['closed']);
    // Released by hand and by the block is no misuse.
    expect(of('pool.misuse')).toEqual([]);
  });

  it('waits for the end of what came too late', async () => {
    const ends: (() => void)[] = [];
    const { pool, orders } = workshop({
      manual: true,
      destroy: () => new Promise<void>((resolve) => ends.push(resolve)),
    });
    void pool.acquire('a').catch(() => undefined);
    const closing = pool.close();
    orders[0]?.deliver();
    expect(await outcome(closing)).toBe('pending');
    ends[0]?.();
    await closing;
  });

  it('ends an evict although somebody comes for each item that it calls off', async () => {
    let called = 0;
    const { pool } = workshop({
      manual: true,
      observer: ({ type }) => {
        if (type === 'pool.create.failed' && called++ < 100) {
          void pool.acquire('a').catch(() => undefined);
        }
      },
    });
    void pool.acquire('a').catch(() => undefined);
    await pool.evict('a');
    expect(called).toBe(1);
    void pool.clear();
    expect(called).toBe(3);
  });

  it('refuses who looks for a lease while an observer closes the pool', async () => {
    let closing: Promise<void> | undefined;
    const { pool } = workshop({
      observer: ({ type }) => {
        if (type === 'pool.acquire') closing ??= pool.close();
      },
    });
    expect(await outcome(pool.acquire('a'))).toMatchObject({ error: { code: 'POOL_CLOSED' } });
    await closing;
  });
});
