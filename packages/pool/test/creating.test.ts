import { describe, expect, it } from 'vitest';
import { flush } from '../../../test/fake-clock.js';
import { createPool, isConfigError, isPoolTimeoutError } from '../src/index.js';
import { outcome, reasons, workshop } from './workshop.js';

const refused = new Error('refused');

describe('creating', () => {
  it('gives the error to those who wait for the item, and to nobody else', async () => {
    const { pool, orders } = workshop({ manual: true, maxConnections: 2 });
    const one = outcome(pool.acquire('a'));
    const other = pool.acquire('b');
    orders[0]?.fail(refused);
    expect(await one).toEqual({ error: refused });
    orders[1]?.deliver();
    await other;
  });

  it('fails one waiter for one failed create, if others are under way', async () => {
    const { pool, orders } = workshop({ manual: true });
    const [one, two] = [pool.acquire('a'), pool.acquire('a')];
    orders[1]?.fail(refused);
    expect(await outcome(one)).toEqual({ error: refused });
    orders[0]?.deliver();
    await two;
  });

  it('pauses after a failure, longer each time, and not at all after a success', async () => {
    const { pool, orders, clock } = workshop({ manual: true, retryDelayMs: 1_000 });
    const fail = async () => {
      const failed = pool.acquire('a').catch((error: unknown) => error);
      let waited = 0;
      for (; orders.length === 0; waited += 100) await clock.advance(100);
      orders.shift()?.fail(refused);
      expect(await failed).toBe(refused);
      return waited;
    };
    // With random() = 0 half of the delay is waited.
    expect(await fail()).toBe(0);
    expect(await fail()).toBe(500);
    expect(await fail()).toBe(1_000);
    expect(await fail()).toBe(2_000);
    const good = pool.acquire('a');
    await clock.advance(4_000);
    orders.shift()?.deliver();
    pool.retire((await good).value);
    void pool.acquire('a');
    expect(orders).toHaveLength(1);
  });

  it('holds nobody up after a failure that trying again cannot mend', async () => {
    const { pool, orders, clock } = workshop({ manual: true, minIdle: 1 });
    const startedAt = clock.now();
    const hopeless = Object.assign(new Error('no such place'), { retryable: false });
    for (let i = 0; i < 3; i++) {
      const failed = outcome(pool.acquire('a'));
      orders.shift()?.fail(hopeless);
      expect(await failed).toEqual({ error: hopeless });
      // Nor does the pool try again by itself, for a reserve.
      await flush();
      expect(orders).toEqual([]);
    }
    expect(clock.now()).toBe(startedAt);
  });

  it('forgets a key that failed once its pause is over', async () => {
    const { pool, orders, clock } = workshop({ manual: true });
    const failed = outcome(pool.acquire('a'));
    orders[0]?.fail(refused);
    await failed;
    expect(pool.stats().keys).toBe(1);
    await clock.advance(1_000);
    expect(pool.stats().keys).toBe(0);
    expect(clock.timers).toBe(0);
  });

  it('names the last failure as the cause when somebody waits in vain', async () => {
    const { pool, orders, clock } = workshop({ manual: true, acquireTimeoutMs: 100 });
    const first = outcome(pool.acquire('a'));
    orders[0]?.fail(refused);
    await first;
    const second = pool.acquire('a').catch((error: unknown) => error);
    await clock.advance(100);
    expect(await second).toMatchObject({ code: 'POOL_TIMEOUT', stage: 'acquire', cause: refused });
  });

  it('gives up on a create that hangs, aborts it, and destroys what comes of it after all', async () => {
    const { pool, orders, clock, ended } = workshop({ manual: true, createTimeoutMs: 200 });
    const failed = pool.acquire('a').catch((error: unknown) => error);
    await clock.advance(200);
    const error = await failed;
    expect(isPoolTimeoutError(error) && error.stage).toBe('create');
    expect(orders[0]?.signal.reason).toBe(error);
    expect(pool.stats('a').creating).toBe(0);
    orders[0]?.deliver();
    await flush();
    expect(reasons(ended)).toEqual(['late']);
  });

  it.each([undefined, null])('refuses a create that gives %s', async (nothing) => {
    const pool = createPool<string, unknown>({ create: () => nothing, destroy: () => undefined });
    await expect(pool.acquire('a')).rejects.toSatisfy(isConfigError);
    expect(pool.stats()).toMatchObject({ connected: 0, creating: 0 });
    await pool.close();
  });

  it('refuses a create that gives the same item twice', async () => {
    const thing = {};
    const pool = createPool<string, unknown>({ create: () => thing, destroy: () => undefined });
    await pool.acquire('a');
    await expect(pool.acquire('a')).rejects.toSatisfy(isConfigError);
    await pool.close({ drainTimeoutMs: 0 });
  });

  it('takes a create that throws for one that rejects', async () => {
    const { pool } = workshop({
      create: () => {
        throw refused;
      },
    });
    await expect(pool.acquire('a')).rejects.toBe(refused);
  });

  it('asks mayGrow before the second item, but not before the first is there', async () => {
    const asked: number[] = [];
    const { pool, orders } = workshop({
      manual: true,
      mayGrow: (_, items) => {
        asked.push(items.length);
        return items.length < 2;
      },
    });
    for (let i = 0; i < 3; i++) void pool.acquire('a');
    expect(orders).toHaveLength(1);
    expect(asked).toEqual([]);
    orders[0]?.deliver();
    await flush();
    orders[1]?.deliver();
    await flush();
    expect(orders).toHaveLength(2);
    expect(pool.stats('a')).toMatchObject({ busy: 2, waiting: 1 });
  });

  it('takes a mayGrow that throws for a no', async () => {
    const { pool, made } = workshop({
      mayGrow: () => {
        throw refused;
      },
    });
    await pool.acquire('a');
    expect(await outcome(pool.acquire('a'))).toBe('pending');
    expect(made).toHaveLength(1);
  });

  it('opens one more ahead of need above targetUtilization, without keeping the caller waiting', async () => {
    const { pool, orders } = workshop({ manual: true, maxConcurrency: 4, targetUtilization: 0.5 });
    const first = pool.acquire('a');
    orders[0]?.deliver();
    await first;
    await pool.acquire('a');
    expect(orders).toHaveLength(1);
    await pool.acquire('a');
    expect(orders).toHaveLength(2);
    await pool.acquire('a');
    expect(orders).toHaveLength(2);
  });

  it('gives create the key as the last caller gave it', async () => {
    const tokens: string[] = [];
    const pool = createPool<{ url: string; token: string }, object>({
      keyOf: ({ url }) => url,
      create: ({ token }) => {
        tokens.push(token);
        return {};
      },
      destroy: () => undefined,
    });
    await pool.acquire({ url: 'ws://a', token: 'one' });
    await pool.acquire({ url: 'ws://a', token: 'two' });
    expect(tokens).toEqual(['one', 'two']);
    expect(pool.stats({ url: 'ws://a', token: 'three' }).busy).toBe(2);
    await pool.close({ drainTimeoutMs: 0 });
  });

  it('gives up on a create whose user has taken the signal over', async () => {
    const { pool, clock, of } = workshop({
      createTimeoutMs: 200,
      create: (_, { signal }) =>
        new Promise(() => {
          signal.onabort = (event) => event.stopImmediatePropagation();
        }),
    });
    const tooLate = outcome(pool.acquire('a'));
    await clock.advance(200);
    expect(await tooLate).toMatchObject({ error: { stage: 'create' } });
    void pool.acquire('b').catch(() => undefined);
    await pool.evict('b');
    expect(of('pool.create.failed').map(({ key }) => key)).toEqual(['a', 'b']);
    const closing = pool.close({ drainTimeoutMs: 100 });
    await clock.advance(100);
    await closing;
    expect(pool.stats()).toMatchObject({ creating: 0, keys: 0 });
  });

  it('knows for as long as its pause that a key failed, for who comes just after it', async () => {
    const { pool, clock, of } = workshop({
      retryDelayMs: 20,
      create: () => {
        throw refused;
      },
    });
    for (let i = 0; i < 40; i++) {
      void pool.acquire('a').catch(() => undefined);
      await flush();
      await clock.advance(11);
    }
    const times = [...new Set(of('pool.create').map(({ at }) => at))];
    const pauses = times.slice(1).map((at, i) => at - (times[i] ?? 0));
    expect(pauses.slice(0, 4)).toEqual([11, 20, 40, 80]);
  });

  it('refuses a function that create gives twice', async () => {
    const thing = () => undefined;
    const pool = createPool<string, unknown>({ create: () => thing, destroy: () => undefined });
    const lease = await pool.acquire('a');
    await expect(pool.acquire('a')).rejects.toSatisfy(isConfigError);
    lease.release();
    await pool.close();
  });

  it('does not destroy under its holder what a late create gave once more', async () => {
    const shared = { id: 1, key: 'a' };
    const answers: ((thing: typeof shared) => void)[] = [];
    const { pool, clock, ended } = workshop({
      createTimeoutMs: 200,
      create: () => new Promise((resolve) => answers.push(resolve)),
    });
    const first = outcome(pool.acquire('a'));
    await clock.advance(200);
    await first;
    const second = pool.acquire('a');
    await clock.advance(500);
    answers[1]?.(shared);
    const lease = await second;
    answers[0]?.(shared);
    await flush();
    expect(ended).toEqual([]);
    lease.release();
    await pool.close();
    expect(reasons(ended)).toEqual(['closed']);
  });

  it('opens one more above 29 of 100 leases if asked for 0.29', async () => {
    const { pool, made } = workshop({ maxConcurrency: 100, targetUtilization: 0.29 });
    for (let i = 0; i < 29; i++) await pool.acquire('a');
    await flush();
    expect(made).toHaveLength(1);
    await pool.acquire('a');
    await flush();
    expect(made).toHaveLength(2);
  });
});
