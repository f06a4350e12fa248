import { systemClock } from './clock.js';
import { ConfigError } from './errors.js';
import type { AcquireOptions, CloseOptions, PoolOptions } from './options.js';
import type { Clock, Factory, Observer, Random } from './ports.js';

/** The longest delay that `setTimeout` keeps; above it, timers fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

type Check = readonly [right: string, test: (value: number) => boolean];

const count = (least: number): Check => [
  `a whole number of ${least} or more`,
  (value) => Number.isSafeInteger(value) && value >= least,
];
const duration = (least: number): Check => [
  `a number of milliseconds from ${least} to ${MAX_TIMER_MS}`,
  (value) => value >= least && value <= MAX_TIMER_MS,
];
const COUNT = count(0);
const POSITIVE = count(1);
const DURATION = duration(0);

/** The default of each numeric option, and what it may be. */
const NUMBERS = {
  maxConnections: [10, COUNT],
  maxTotal: [100, POSITIVE],
  maxConcurrency: [1, POSITIVE],
  targetUtilization: [1, ['a number above 0 and at most 1', (value) => value > 0 && value <= 1]],
  minIdle: [0, COUNT],
  maxQueue: [1_000, COUNT],
  acquireTimeoutMs: [30_000, DURATION],
  createTimeoutMs: [30_000, DURATION],
  validateTimeoutMs: [5_000, DURATION],
  destroyTimeoutMs: [10_000, DURATION],
  retryDelayMs: [1_000, DURATION],
  validateAfterIdleMs: [30_000, DURATION],
  maxIdleMs: [600_000, DURATION],
  maxLifetimeMs: [0, DURATION],
  lifetimeJitter: [0.1, ['a number from 0 to below 1', (value) => value >= 0 && value < 1]],
  maxUses: [0, COUNT],
  cleanupIntervalMs: [300_000, duration(1)],
  leakAfterMs: [0, DURATION],
} satisfies Record<string, readonly [fallback: number, Check]>;

type Numeric = keyof typeof NUMBERS;

const REQUIRED = ['create', 'destroy'];
const FUNCTIONS = [...REQUIRED, 'validate', 'watch', 'mayGrow', 'keyOf', 'observer', 'random'];
const KNOWN = new Set([...FUNCTIONS, ...Object.keys(NUMBERS), 'keepAlive', 'clock']);

/** The options as the pool works with them: checked, complete, special cases resolved. */
export interface Settings<K, T> extends Record<Numeric, number> {
  readonly factory: Factory<K, T>;
  readonly keepAlive: boolean;
  readonly keyOf: ((key: K) => unknown) | undefined;
  readonly observer: Observer | undefined;
  readonly clock: Clock;
  readonly random: Random;
  /** How many waiters one new item is opened for. */
  readonly share: number;
}

export function resolveOptions<K, T>(options: PoolOptions<K, T>): Settings<K, T> {
  if (typeof options !== 'object' || options === null) {
    throw wrong('options', options, 'an object');
  }
  for (const name of Object.keys(options)) {
    if (!KNOWN.has(name)) throw new ConfigError(name, `${name} is no option of createPool`);
  }
  const given = options as unknown as Record<string, unknown>;
  for (const name of FUNCTIONS) {
    const value = given[name];
    if (value === undefined && !REQUIRED.includes(name)) continue;
    if (typeof value !== 'function') throw wrong(name, value, 'a function');
  }
  const numbers = {} as Record<Numeric, number>;
  for (const name of Object.keys(NUMBERS) as Numeric[]) {
    const [fallback, check] = NUMBERS[name];
    numbers[name] = checkNumber(name, options[name] ?? fallback, check);
  }
  const { keepAlive = true } = options;
  if (typeof keepAlive !== 'boolean') throw wrong('keepAlive', keepAlive, 'true or false');

  const pooling = numbers.maxConnections > 0;
  const most = keepAlive ? Math.min(numbers.maxConnections, numbers.maxTotal) : 0;
  if (numbers.minIdle > most) {
    const why = keepAlive ? 'maxConnections and maxTotal' : 'keepAlive: false';
    throw wrong('minIdle', numbers.minIdle, `at most ${most} with the given ${why}`);
  }
  // "No pooling" is a pool whose items serve once and are not kept.
  if (!pooling) Object.assign(numbers, { maxConnections: Infinity, maxConcurrency: 1, maxUses: 1 });
  return {
    ...numbers,
    factory: options,
    keepAlive: keepAlive && pooling,
    keyOf: options.keyOf,
    observer: options.observer,
    clock: checkClock(options.clock),
    random: options.random ?? Math.random,
    share: Math.max(1, Math.floor(numbers.maxConcurrency * numbers.targetUtilization)),
  };
}

function checkClock(clock: Clock | undefined): Clock {
  if (clock === undefined) return systemClock;
  for (const method of ['now', 'setTimeout', 'clearTimeout'] as const) {
    if (typeof clock?.[method] !== 'function') {
      throw wrong('clock', clock, 'an object with now, setTimeout and clearTimeout');
    }
  }
  return clock;
}

export function checkAcquireOptions(options: AcquireOptions): void {
  if (typeof options !== 'object' || options === null) {
    throw wrong('options', options, 'an object');
  }
  const { signal, background } = options;
  if (signal !== undefined && typeof signal?.addEventListener !== 'function') {
    throw wrong('signal', signal, 'an AbortSignal');
  }
  if (background !== undefined && typeof background !== 'boolean') {
    throw wrong('background', background, 'true or false');
  }
}

export function checkDrainTimeout({ drainTimeoutMs = 30_000 }: CloseOptions): number {
  return checkNumber('drainTimeoutMs', drainTimeoutMs, DURATION);
}

function checkNumber(name: string, value: number, [right, test]: Check): number {
  if (typeof value !== 'number' || !test(value)) throw wrong(name, value, right);
  return value;
}

export function checkFunction(name: string, value: unknown): void {
  if (typeof value !== 'function') throw wrong(name, value, 'a function');
}

function wrong(option: string, value: unknown, right: string): ConfigError {
  return new ConfigError(option, `${option} must be ${right}, got ${show(value)}`);
}

// A wrong value may be anything, a secret in the wrong place included: only what is harmless is shown.
function show(value: unknown): string {
  if (typeof value === 'string') return value.length > 20 ? 'a text' : JSON.stringify(value);
  return typeof value === 'object' && value !== null
    ? Array.isArray(value)
      ? 'an array'
      : 'an object'
    : typeof value === 'function'
      ? 'a function'
      : String(value);
}
