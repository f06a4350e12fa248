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

  it('takes an item that is lost before it has served for a failed create: tells who waits, and pauses', async () => {
    const gone = new Error('gone at once');
    const { pool, made, clock } = workshop({ watch: (_, { lost }) => lost(gone) });
    await expect(pool.acquire('a')).rejects.toBe(gone);
    const next = pool.acquire('a').catch((error: unknown) => error);
    await clock.advance(499);
    expect(made).toHaveLength(1);
    await clock.advance(1);
    expect(made).toHaveLength(2);
    expect(await next).toBe(gone);
    // The back-off grows: an item that nobody could use is no success.
    const third = pool.acquire('a').catch((error: unknown) => error);
    await clock.advance(999);
    expect(made).toHaveLength(2);
    await clock.advance(1);
    expect(await third).toBe(gone);
  });

  it.each([
    ['time would not mend it', { retryable: false }, 1_000],
    ['no pause is wanted', {}, 0],
  ])('opens nothing by itself after such a loss, though %s', async (_, hint, retryDelayMs) => {
    const gone = Object.assign(new Error('gone at once'), hint);
    const { pool, made } = workshop({
      retryDelayMs,
      minIdle: 1,
      watch: (_, { lost }) => lost(gone),
    });
    await expect(pool.acquire('a')).rejects.toBe(gone);
    await expect(pool.acquire('a')).rejects.toBe(gone);
    await flush();
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

  it('lets go of an item that its watcher reports at once', async () => {
    const stopped: Thing[] = [];
    const { pool, made } = workshop({
      retryDelayMs: 0,
      watch: (thing, { lost, retire }) => {
        if (thing.key === 'a') lost('dead');
        else retire('draining');
        return () => stopped.push(thing);
      },
    });
    await expect(pool.acquire('a')).rejects.toBe('dead');
    await expect(pool.acquire('b')).rejects.toBe('draining');
    expect(stopped).toEqual(made);
    expect(made).toHaveLength(2);
  });

  it('does not watch an item that was evicted when it was told of', async () => {
    const log: string[] = [];
    const { pool } = workshop({
      observer: ({ type }) => {
        if (type === 'pool.created' && log.length === 0) void pool.evict('a');
      },
      watch: ({ id }) => void log.push(`watch ${id}`),
      destroy: ({ id }) => void log.push(`destroy ${id}`),
    });
    await pool.acquire('a');
    expect(log).toEqual(['destroy 1', 'watch 2']);
  });

  it('opens nothing for a key that it has forgotten, however late its items are reported', async () => {
    const { pool, hooks, made, open } = watched({ minIdle: 1, maxTotal: 2 });
    const first = await pool.acquire('b');
    await flush();
    const lost = await pool.acquire('a');
    const second = pool.acquire('b');
    const report = hooks.get(lost.value);
    report?.lost('closed');
    const leases = [first, await second];
    await flush();
    expect(pool.stats('a').keys).toBe(0);
    for (const lease of leases) lease.release();
    await pool.evict('b');
    const count = made.length;
    const waiting = pool.acquire('c');
    lost.release();
    report?.lost('closed again');
    report?.retire('draining');
    (await waiting).release();
    await flush();
    expect(made.slice(count).map(({ key }) => key)).not.toContain('a');
    expect(open()).toHaveLength(pool.stats().connected);
    await pool.close();
    expect(open()).toEqual([]);
  });
});
