import { describe, expect, it } from 'vitest';
import { flush } from '../../../test/fake-clock.js';
import type { WatchHooks } from '../src/index.js';
import { outcome, reasons, type Thing, workshop } from './workshop.js';

function watched(options: Parameters<typeof workshop>[0] = {}) {
  const hooks = new Map<Thing, WatchHooks>();
  const shop = workshop({
    watch: (thing, each) => {
      hooks.set(thing, each);
      return () => hooks.delete(thing);
    },
    ...options,
  });
  return { ...shop, hooks };
}

describe('health', () => {
  it('destroys a lost item at once, under its holder, who is told', async () => {
    const { pool, hooks, ended } = watched();
    const lease = await pool.acquire('a');
    const { retiring } = lease;
    const gone = new Error('socket closed');
    hooks.get(lease.value)?.lost(gone);
    expect(reasons(ended)).toEqual(['lost']);
    expect(retiring.reason).toBe(gone);
    expect(hooks.size).toBe(0);
    expect(pool.stats('a')).toMatchObject({ connected: 0, leases: 0 });
    expect(lease.release()).toBe(true);
    expect(pool.stats()).toMatchObject({ connected: 0, leases: 0, busy: 0 });
    expect((await pool.acquire('a')).value).not.toBe(lease.value);
  });

  it('gives no new leases on a retired item, and opens the next one before it ends', async () => {
    const { pool, hooks, ended, open } = watched({ maxConnections: 1 });
    const lease = await pool.acquire('a');
    hooks.get(lease.value)?.retire('draining');
    const next = await pool.acquire('a');
    expect(next.value).not.toBe(lease.value);
    expect(open()).toHaveLength(2);
    expect(pool.stats('a')).toMatchObject({ busy: 1, retiring: 1, connected: 2 });
    lease.release();
    expect(reasons(ended)).toEqual(['retired']);
  });

  it('pauses if an item is lost before it has served, instead of opening one after the other', async () => {
    const { pool, made, clock } = workshop({ watch: (_, { lost }) => lost('at once') });
    void pool.acquire('a').catch(() => undefined);
    await flush();
    expect(made).toHaveLength(1);
    await clock.advance(499);
    expect(made).toHaveLength(1);
    await clock.advance(1);
    expect(made).toHaveLength(2);
  });

  it('takes a watch that throws for a failed create', async () => {
    const failure = new Error('cannot watch');
    const { pool, ended } = workshop({
      watch: () => {
        throw failure;
      },
    });
    await expect(pool.acquire('a')).rejects.toBe(failure);
    expect(reasons(ended)).toEqual(['invalid']);
  });

  it('retires by hand, and says so if the item is not in the pool', async () => {
    const { pool, of } = workshop();
    const { value } = await pool.acquire('a');
    expect(pool.retire(value)).toBe(true);
    expect(pool.retire(value)).toBe(false);
    expect(pool.retire({ id: 0, key: 'stranger' })).toBe(false);
    expect(of('pool.misuse')).toMatchObject([{ call: 'retire' }]);
  });

  it('validates an item that was idle for long before it is leased, and takes the next if it is bad', async () => {
    const checked: number[] = [];
    const { pool, clock, ended } = workshop({
      validateAfterIdleMs: 100,
      validate: async ({ id }) => {
        checked.push(id);
        return id !== 2;
      },
    });
    const leases = await Promise.all([pool.acquire('a'), pool.acquire('a')]);
    for (const lease of leases) lease.release();
    await pool.use('a', () => undefined);
    expect(checked).toEqual([]);
    await clock.advance(100);
    expect((await pool.acquire('a')).value.id).toBe(1);
    expect(checked).toEqual([2, 1]);
    expect(reasons(ended)).toEqual(['invalid']);
  });

  it.each([
    ['gives no true', () => 1 as unknown as boolean],
    [
      'throws',
      () => {
        throw new Error('broken');
      },
    ],
    ['rejects', () => Promise.reject(new Error('broken'))],
    ['hangs', () => new Promise<boolean>(() => undefined)],
  ])('takes a validate that %s for a no', async (_, validate) => {
    const { pool, clock, ended, made } = workshop({
      validate,
      validateAfterIdleMs: 1,
      validateTimeoutMs: 50,
    });
    (await pool.acquire('a')).release();
    await clock.advance(1);
    const second = pool.acquire('a');
    await clock.advance(50);
    expect((await second).value).toBe(made[1]);
    expect(reasons(ended)).toEqual(['invalid']);
  });

  it('asks an eager validate once for each lease', async () => {
    let checks = 0;
    const { pool } = workshop({
      validateAfterIdleMs: 0,
      validate: () => {
        checks++;
        return true;
      },
    });
    for (let i = 0; i < 3; i++) await pool.use('a', () => undefined);
    expect(checks).toBe(2);
  });

  it('validates idle items in the background', async () => {
    const { pool, clock, ended } = workshop({
      validateAfterIdleMs: 100,
      cleanupIntervalMs: 100,
      validate: () => false,
    });
    (await pool.acquire('a')).release();
    await clock.advance(100);
    expect(reasons(ended)).toEqual(['invalid']);
  });

  it('lets a validation go on while its item is retired', async () => {
    const answers: ((good: boolean) => void)[] = [];
    const { pool, clock, made } = workshop({
      validateAfterIdleMs: 1,
      validate: () => new Promise((resolve) => answers.push(resolve)),
    });
    (await pool.acquire('a')).release();
    await clock.advance(1);
    const waiting = pool.acquire('a');
    pool.retire(made[0] as Thing);
    expect((await waiting).value).toBe(made[1]);
    answers[0]?.(true);
    expect(await outcome(flush())).not.toBe('error');
    expect(pool.stats('a')).toMatchObject({ connected: 1, busy: 1 });
  });
});
