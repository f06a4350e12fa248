import { describe, expect, it } from 'vitest';
import { ConfigError, createPool, isConfigError, type PoolOptions } from '../src/index.js';

const factory = { create: () => ({}), destroy: () => undefined };
const make = (options: Record<string, unknown>) =>
  createPool({ ...factory, ...options } as unknown as PoolOptions<string, object>);

function refusal(options: Record<string, unknown>): ConfigError {
  try {
    make(options);
  } catch (error) {
    if (isConfigError(error)) return error;
  }
  throw new Error('was accepted');
}

const COUNTS = ['maxConnections', 'minIdle', 'maxQueue', 'maxUses'];
const DURATIONS = [
  'acquireTimeoutMs',
  'createTimeoutMs',
  'validateTimeoutMs',
  'destroyTimeoutMs',
  'retryDelayMs',
  'validateAfterIdleMs',
  'maxIdleMs',
  'maxLifetimeMs',
  'leakAfterMs',
];
const FUNCTIONS = [
  'create',
  'destroy',
  'validate',
  'watch',
  'mayGrow',
  'keyOf',
  'observer',
  'random',
];

describe('options', () => {
  it.each(COUNTS)('%s must be a whole number of 0 or more', (name) => {
    for (const value of [-1, 1.5, Number.NaN, Infinity, '1', null, {}]) {
      const error = refusal({ [name]: value });
      expect(error).toMatchObject({ name: 'ConfigError', code: 'CONFIG', option: name });
      expect(error.message).toContain(`${name} must be a whole number of 0 or more, got `);
    }
  });

  it.each(['maxTotal', 'maxConcurrency'])('%s must be a whole number of 1 or more', (name) => {
    expect(refusal({ [name]: 0 }).message).toBe(
      `${name} must be a whole number of 1 or more, got 0`,
    );
  });

  it.each(DURATIONS)('%s must be a time that a timer can keep', (name) => {
    for (const value of [-1, Number.NaN, Infinity, 2 ** 31, '1']) {
      expect(refusal({ [name]: value }).option).toBe(name);
    }
    make({ [name]: 2 ** 31 - 1 });
  });

  it.each(FUNCTIONS)('%s must be a function', (name) => {
    expect(refusal({ [name]: 'no' }).message).toBe(`${name} must be a function, got string`);
  });

  it.each([
    ['cleanupIntervalMs', 0],
    ['targetUtilization', 0],
    ['targetUtilization', 1.1],
    ['lifetimeJitter', 1],
    ['lifetimeJitter', -0.1],
    ['keepAlive', 'yes'],
    ['clock', {}],
    ['clock', null],
  ])('refuses %s %s', (name, value) => {
    expect(refusal({ [name]: value }).option).toBe(name);
  });

  it('refuses a reserve that could never be kept', () => {
    expect(refusal({ minIdle: 11 }).option).toBe('minIdle');
    expect(refusal({ minIdle: 5, maxTotal: 4 }).option).toBe('minIdle');
    expect(refusal({ minIdle: 1, keepAlive: false }).option).toBe('minIdle');
    expect(refusal({ minIdle: 1, maxConnections: 0 }).option).toBe('minIdle');
  });

  it('refuses what it does not know, and shows no secret', () => {
    expect(refusal({ maxConnection: 3 })).toMatchObject({ option: 'maxConnection' });
    const secret = 'a very long text that may well be a secret';
    expect(refusal({ maxTotal: secret }).message).not.toContain(secret);
  });

  it.each([undefined, null, 'text', 1])('refuses %s in place of options', (options) => {
    expect(() => createPool(options as never)).toThrow(ConfigError);
  });

  it('takes an undefined option for one that is absent', () => {
    make(
      Object.fromEntries(
        [...COUNTS, ...DURATIONS, 'clock', 'observer'].map((name) => [name, undefined]),
      ),
    );
  });

  it('rejects wrong arguments, and does nothing', async () => {
    const pool = make({});
    const wrong: [string, Promise<unknown>][] = [
      ['fn', pool.use('a', 'no' as never)],
      ['signal', pool.acquire('a', { signal: 'no' as never })],
      ['background', pool.acquire('a', { background: 1 as never })],
      ['options', pool.acquire('a', 'no' as never)],
      ['options', pool.acquire('a', null as never)],
      ['signal', pool.acquire('a', { signal: new EventTarget() as never })],
      ['timeoutMs', pool.acquire('a', { timeoutMs: 5 } as never)],
      ['timeoutMs', pool.use('a', () => undefined, { timeoutMs: 5 } as never)],
      ['timeoutMs', pool.close({ timeoutMs: 5 } as never)],
      ['drainTimeoutMs', pool.close({ drainTimeoutMs: -1 })],
    ];
    for (const [option, promise] of wrong) {
      await expect(promise).rejects.toMatchObject({ code: 'CONFIG', option });
    }
    expect(pool.stats().keys).toBe(0);
    await pool.use('a', () => undefined);
    await pool.close();
  });

  it('says what it got, and in good English', () => {
    expect(refusal({ clock: null }).message).toBe('clock must be an object, got null');
    expect(() => createPool(null as never)).toThrow('options must be an object, got null');
  });

  it('turns away a key that keyOf does not take', async () => {
    const pool = createPool<{ url: { href: string } }, object>({
      ...factory,
      keyOf: ({ url }) => url.href,
    });
    await expect(pool.acquire({} as never)).rejects.toThrow(TypeError);
    await expect(pool.evict({} as never)).rejects.toThrow(TypeError);
  });
});
