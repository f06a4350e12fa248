import { describe, expect, it } from 'vitest';
import { flush } from '../../../test/fake-clock.js';
import { isPoolFullError, isPoolTimeoutError } from '../src/index.js';
import { outcome, reasons, workshop } from './workshop.js';

describe('leasing', () => {
  it('reuses what was released', async () => {
    const { pool, made } = workshop();
    const first = await pool.acquire('a');
    first.release();
    const second = await pool.acquire('a');
    expect(second.value).toBe(first.value);
    expect(made).toHaveLength(1);
  });

  it('opens one item for each of several callers, up to maxConnections', async () => {
    const { pool, made } = workshop({ maxConnections: 3 });
    const leases = await Promise.all([1, 2, 3].map(() => pool.acquire('a')));
    const fourth = pool.acquire('a');
    expect(await outcome(fourth)).toBe('pending');
    expect(made).toHaveLength(3);
    leases[1]?.release();
    expect((await fourth).value).toBe(leases[1]?.value);
    expect(made).toHaveLength(3);
  });

  it('shares items between callers: 45 leases at 3 each open 15 items', async () => {
    const { pool, made } = workshop({ maxConnections: 15, maxConcurrency: 3 });
    const leases = await Promise.all(Array.from({ length: 45 }, () => pool.acquire('a')));
    expect(made).toHaveLength(15);
    const loads = new Map<unknown, number>();
    for (const { value } of leases) loads.set(value, (loads.get(value) ?? 0) + 1);
    expect([...loads.values()]).toEqual(Array.from({ length: 15 }, () => 3));
  });

  it('opens one item for twenty first callers if it can carry them all', async () => {
    const { pool, made } = workshop({ maxConcurrency: 64 });
    await Promise.all(Array.from({ length: 20 }, () => pool.acquire('a')));
    expect(made).toHaveLength(1);
  });

  it('chooses the least loaded item', async () => {
    const { pool } = workshop({ maxConnections: 3, maxConcurrency: 4 });
    const leases = await Promise.all(Array.from({ length: 12 }, () => pool.acquire('a')));
    const [one] = leases;
    const same = leases.filter((lease) => lease.value === one?.value);
    const other = leases.find((lease) => lease.value !== one?.value);
    for (const lease of same) lease.release();
    other?.release();
    const next = await Promise.all([1, 2, 3].map(() => pool.acquire('a')));
    expect(next.map((lease) => lease.value)).toEqual([one?.value, one?.value, one?.value]);
  });

  it('gives a fresh item to each lease, and keeps none, with maxConnections 0', async () => {
    const { pool, made, ended } = workshop({ maxConnections: 0 });
    const [one, two] = await Promise.all([pool.acquire('a'), pool.acquire('a')]);
    expect(one.value).not.toBe(two.value);
    one.release();
    two.release();
    await pool.use('a', () => undefined);
    await flush();
    expect(made).toHaveLength(3);
    expect(ended).toHaveLength(3);
    expect(pool.stats()).toMatchObject({ keys: 0, connected: 0 });
  });

  it('opens nothing ahead of need with maxConnections 0', async () => {
    const { pool, made } = workshop({
      maxConnections: 0,
      maxConcurrency: 4,
      targetUtilization: 0.5,
    });
    await Promise.all([1, 2, 3].map(() => pool.acquire('a')));
    await flush();
    expect(made).toHaveLength(3);
  });

  it('keeps the loads of its items within one of another while leases of equal length come and go', async () => {
    const { pool } = workshop({ maxConnections: 4, maxConcurrency: 8 });
    const leases = await Promise.all(Array.from({ length: 32 }, () => pool.acquire('a')));
    for (const lease of leases.splice(0, 12)) lease.release();
    for (let turn = 0; turn < 200; turn++) {
      leases.shift()?.release();
      leases.push(await pool.acquire('a'));
      const loads = new Map<unknown, number>();
      for (const { value } of leases) loads.set(value, (loads.get(value) ?? 0) + 1);
      if (turn > 60)
        expect(Math.max(...loads.values()) - Math.min(...loads.values())).toBeLessThan(2);
    }
  });

  it('evicts by the order of the releases, not of the items or of their keys', async () => {
    const { pool, ended } = workshop({ maxTotal: 3 });
    const leases = await Promise.all(['a', 'b', 'c'].map((key) => pool.acquire(key)));
    for (const n of [1, 2, 0]) leases[n]?.release();
    for (const key of ['d', 'e', 'f']) await pool.acquire(key);
    expect(ended.map((end) => end.thing.key)).toEqual(['b', 'c', 'a']);
  });

  it('evicts the item of another key that has been idle for longest, at maxTotal', async () => {
    const { pool, ended } = workshop({ maxTotal: 2 });
    (await pool.acquire('a')).release();
    (await pool.acquire('b')).release();
    await pool.acquire('c');
    expect(ended.map((end) => end.thing.key)).toEqual(['a']);
    expect(reasons(ended)).toEqual(['displaced']);
  });

  it('gives freed slots to the waiting keys in turn', async () => {
    const { pool } = workshop({ maxTotal: 1 });
    const order: string[] = [];
    const work = (name: string) =>
      pool.use(name[0] as string, async () => {
        order.push(name);
        await flush();
      });
    await Promise.all(['a1', 'a2', 'a3', 'b1', 'b2', 'c1'].map(work));
    expect(order).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2']);
  });

  it('times out with the state of the pool', async () => {
    const { pool, clock } = workshop({ maxConnections: 1, acquireTimeoutMs: 500 });
    await pool.acquire('a');
    const late = pool.acquire('a').catch((error: unknown) => error);
    await clock.advance(499);
    expect(pool.stats('a').waiting).toBe(1);
    await clock.advance(1);
    const error = await late;
    expect(isPoolTimeoutError(error) && error.stats).toMatchObject({ busy: 1, waiting: 1 });
    expect(pool.stats('a').waiting).toBe(0);
  });

  it('turns away who would wait behind maxQueue others', async () => {
    const { pool } = workshop({ maxConnections: 1, maxQueue: 1 });
    const lease = await pool.acquire('a');
    const second = pool.acquire('a');
    await expect(pool.acquire('a')).rejects.toSatisfy(isPoolFullError);
    lease.release();
    await second;
  });

  it('replaces an item that is spent at once, and tells those whose streams still hold it', async () => {
    const { pool, ended } = workshop({ maxConnections: 1, maxConcurrency: 8, maxUses: 3 });
    const stream = await pool.acquire('a', { background: true });
    const { retiring } = stream;
    const second = await pool.acquire('a');
    expect(retiring.aborted).toBe(false);
    const third = await pool.acquire('a');
    expect(retiring.reason).toBe('uses');
    // Who has just come may stay until more happens.
    expect(third.retiring.aborted).toBe(false);
    const next = await pool.acquire('a');
    expect(next.value).not.toBe(third.value);
    await pool.evict('a');
    expect(third.retiring.reason).toBe('evicted');
    for (const lease of [stream, second, third]) lease.release();
    expect(reasons(ended)).toEqual(['uses']);
  });

  it('says of an item without pooling that it was released, and its holder hears of the end', async () => {
    const { pool, ended } = workshop({ maxConnections: 0 });
    const [one, two] = [await pool.acquire('a'), await pool.acquire('a', { background: true })];
    expect(pool.stats('a')).toMatchObject({ busy: 2, retiring: 0 });
    expect(two.retiring.aborted).toBe(false);
    one.release();
    const closing = pool.close();
    expect(two.retiring.reason).toBe('closed');
    two.release();
    await closing;
    expect(reasons(ended)).toEqual(['released', 'closed']);
  });

  it('opens items for background work side by side where each lease gets its own', async () => {
    const { pool, orders } = workshop({ manual: true, maxConnections: 0 });
    for (let i = 0; i < 3; i++) void pool.acquire('a', { background: true });
    expect(orders).toHaveLength(3);
  });
});
