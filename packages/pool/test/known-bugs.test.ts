import { describe, expect, it } from 'vitest';
import { flush } from '../../../test/fake-clock.js';
import { outcome, reasons, workshop } from './workshop.js';

// Each of these has bitten the users of another pool.
describe('known bugs of other pools', () => {
  it('undici#5144: an item past its lifetime still counted, and at a cap of one the next caller hung', async () => {
    const { pool, clock } = workshop({ maxConnections: 1, maxLifetimeMs: 1_000 });
    const first = await pool.acquire('a');
    await clock.advance(1_000);
    const second = await pool.acquire('a');
    expect(second.value).not.toBe(first.value);
  });

  it('vert.x#5527: the maximum lifetime cut running requests', async () => {
    const { pool, clock, ended } = workshop({ maxLifetimeMs: 1_000, cleanupIntervalMs: 100 });
    const lease = await pool.acquire('a');
    await clock.advance(10_000);
    expect(ended).not.toContainEqual(expect.objectContaining({ thing: lease.value }));
    lease.release();
    expect(ended).toContainEqual({ thing: lease.value, reason: 'lifetime' });
  });

  it('node-pool#183, #175, #161, #256, #273: a failing create was repeated at once, for ever, and told nobody', async () => {
    let creates = 0;
    const { pool, clock } = workshop({
      create: () => {
        creates++;
        throw new Error('refused');
      },
      minIdle: 2,
    });
    await expect(pool.acquire('a')).rejects.toThrow('refused');
    await clock.advance(100);
    expect(creates).toBe(1);
  });

  it('node-pool#178: idle items were destroyed only if the evictor had been switched on', async () => {
    const { pool, clock, ended } = workshop();
    (await pool.acquire('a')).release();
    await clock.advance(1_200_000);
    expect(reasons(ended)).toEqual(['idle']);
  });

  it('node-pool: a use that rejects destroyed the resource', async () => {
    const { pool, made, ended } = workshop();
    await expect(pool.use('a', () => Promise.reject(new Error('mine')))).rejects.toThrow('mine');
    expect(() => pool.use('a', () => undefined)).not.toThrow();
    expect(made).toHaveLength(1);
    expect(ended).toEqual([]);
  });

  it('tarn#68: an item in validation for somebody who gave up was lost', async () => {
    const answers: ((good: boolean) => void)[] = [];
    const { pool, clock, made } = workshop({
      maxConnections: 1,
      validateAfterIdleMs: 1,
      validate: () => new Promise((resolve) => answers.push(resolve)),
    });
    (await pool.acquire('a')).release();
    await clock.advance(1);
    const controller = new AbortController();
    const leaving = outcome(pool.acquire('a', { signal: controller.signal }));
    controller.abort('gone');
    await leaving;
    answers[0]?.(true);
    await flush();
    expect((await pool.acquire('a')).value).toBe(made[0]);
  });

  it('tarn#81: acquire after the end hung until its timeout', async () => {
    const { pool } = workshop();
    await pool.close();
    expect(await outcome(pool.acquire('a'))).toMatchObject({ error: { code: 'POOL_CLOSED' } });
  });

  it('tarn#26: a broken item could not be taken out by its user', async () => {
    const { pool } = workshop();
    const { value, release: _ } = await pool.acquire('a');
    pool.retire(value, 'broken');
    expect((await pool.acquire('a')).value).not.toBe(value);
  });

  it('Effect: the pool packed callers on the first item until it was full', async () => {
    const { pool } = workshop({ maxConnections: 2, maxConcurrency: 2 });
    const leases = await Promise.all([1, 2, 3, 4].map(() => pool.acquire('a')));
    for (const lease of leases) lease.release();
    const [one, two] = [await pool.acquire('a'), await pool.acquire('a')];
    expect(one.value).not.toBe(two.value);
  });

  it('Effect: after everything was invalidated, acquire hung', async () => {
    const { pool, made } = workshop({ maxConnections: 2 });
    await Promise.all([pool.acquire('a'), pool.acquire('a')]);
    const waiting = pool.acquire('a');
    for (const thing of [...made]) pool.retire(thing);
    expect((await waiting).value).toBe(made[2]);
  });

  it('Effect: failed acquires used up the pool', async () => {
    let fails = true;
    const { pool, clock } = workshop({
      maxConnections: 2,
      maxTotal: 2,
      create: (key) => {
        if (fails) throw new Error('refused');
        return { id: 1, key };
      },
    });
    for (let i = 0; i < 5; i++) {
      const failed = outcome(pool.acquire('a'));
      await flush();
      await clock.advance(60_000);
      expect(await failed).toHaveProperty('error');
    }
    fails = false;
    const lease = pool.acquire('a');
    await flush();
    await clock.advance(60_000);
    expect((await lease).value.id).toBe(1);
  });

  it('a pool with a lock: one key that hangs while it connects blocked all others', async () => {
    const { pool, orders } = workshop({ manual: true });
    const hangs = outcome(pool.acquire('a'));
    const works = pool.acquire('b');
    orders[1]?.deliver();
    await works;
    expect(await hangs).toBe('pending');
  });

  it('a cap that deadlocks: eviction of an idle item waited for the lock that the caller held', async () => {
    const { pool } = workshop({ maxTotal: 3 });
    for (const key of ['a', 'b', 'c', 'd', 'e']) await pool.use(key, () => undefined);
    expect(pool.stats()).toMatchObject({ connected: 3, keys: 3 });
  });

  it('a key that is always busy starved the others at the total cap, shared items even more', async () => {
    const { pool } = workshop({ maxTotal: 1, maxConcurrency: 2, acquireTimeoutMs: 1_000 });
    let stop = false;
    const busy = [1, 2, 3].map(async () => {
      while (!stop) await pool.use('a', () => flush());
    });
    await flush();
    await pool.use('b', () => undefined);
    stop = true;
    await Promise.all(busy);
  });
});
