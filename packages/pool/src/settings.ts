import { systemClock } from './clock.js';
import { ConfigError } from './errors.js';
import type { AcquireOptions, CloseOptions, PoolOptions } from './options.js';
import type { Clock, Factory, Observer, Random } from './ports.js';

/** Whole numbers if there is no `most`. */
type Range = readonly [fallback: number, least: number, most?: number];

/** The longest delay that `setTimeout` keeps; above it, timers fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

const RANGES = {
  maxConnections: [10, 0],
  maxTotal: [100, 1],
  maxConcurrency: [1, 1],
  targetUtilization: [1, 0.01, 1],
  minIdle: [0, 0],
  maxQueue: [1_000, 0],
  acquireTimeoutMs: [30_000, 0, MAX_TIMER_MS],
  createTimeoutMs: [30_000, 0, MAX_TIMER_MS],
  validateTimeoutMs: [5_000, 0, MAX_TIMER_MS],
  destroyTimeoutMs: [10_000, 0, MAX_TIMER_MS],
  retryDelayMs: [1_000, 0, MAX_TIMER_MS],
  validateAfterIdleMs: [30_000, 0, MAX_TIMER_MS],
  maxIdleMs: [600_000, 0, MAX_TIMER_MS],
  maxLifetimeMs: [0, 0, MAX_TIMER_MS],
  lifetimeJitter: [0.1, 0, 0.99],
  maxUses: [0, 0],
  cleanupIntervalMs: [300_000, 1, MAX_TIMER_MS],
  leakAfterMs: [0, 0, MAX_TIMER_MS],
} satisfies Record<string, Range>;

type Numbers = Record<keyof typeof RANGES, number>;

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
const KNOWN = [...FUNCTIONS, ...Object.keys(RANGES), 'keepAlive', 'clock'];

/** The options as the pool works with them: checked, complete, special cases resolved. */
export interface Settings<K, T> extends Numbers {
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
  checkObject(options);
  for (const name of Object.keys(options)) {
    if (!KNOWN.includes(name)) throw new ConfigError(name, `${name} is no option of createPool`);
  }
  const { create, destroy, validate, watch, mayGrow, keyOf, observer } = options;
  const { keepAlive = true, clock = systemClock, random = Math.random } = options;
  check(typeof keepAlive === 'boolean', 'keepAlive', keepAlive, 'true or false');
  check(
    isFunction(clock?.now) && isFunction(clock.setTimeout) && isFunction(clock.clearTimeout),
    'clock',
    clock,
    'an object with now, setTimeout and clearTimeout',
  );
  for (const [name, value] of Object.entries({ create, destroy, random }))
    checkFunction(name, value);
  for (const [name, value] of Object.entries({ validate, watch, mayGrow, keyOf, observer })) {
    if (value !== undefined) checkFunction(name, value);
  }
  const numbers = {} as Numbers;
  for (const name of Object.keys(RANGES) as (keyof Numbers)[]) {
    numbers[name] = checkNumber(name, options[name], RANGES[name]);
  }
  const { maxConnections, maxTotal, minIdle } = numbers;
  const most = keepAlive ? Math.min(maxConnections, maxTotal) : 0;
  check(
    minIdle <= most,
    'minIdle',
    minIdle,
    `at most ${most} (maxConnections, maxTotal, keepAlive)`,
  );
  // "No pooling" is a pool whose items serve once and are not kept.
  if (maxConnections === 0) {
    Object.assign(numbers, { maxConnections: Infinity, maxConcurrency: 1, maxUses: 1 });
  }
  return {
    ...numbers,
    factory: options,
    keepAlive: keepAlive && maxConnections > 0,
    keyOf,
    observer,
    clock,
    random,
    share: Math.max(1, Math.floor(numbers.maxConcurrency * numbers.targetUtilization)),
  };
}

export function checkAcquireOptions(options: AcquireOptions): void {
  checkObject(options);
  const { signal, background = false } = options;
  const isSignal = signal === undefined || isFunction(signal?.addEventListener);
  check(isSignal, 'signal', signal, 'an AbortSignal');
  check(typeof background === 'boolean', 'background', background, 'true or false');
}

export function checkDrainTimeout(options: CloseOptions): number {
  checkObject(options);
  return checkNumber('drainTimeoutMs', options.drainTimeoutMs, [30_000, 0, MAX_TIMER_MS]);
}

export function checkFunction(name: string, value: unknown): void {
  check(isFunction(value), name, value, 'a function');
}

function checkObject(value: unknown): void {
  check(typeof value === 'object' && value !== null, 'options', value, 'an object');
}

function checkNumber(name: string, given: unknown, [fallback, least, most]: Range): number {
  const value = given === undefined ? fallback : given;
  const right =
    most === undefined ? `a whole number of ${least} or more` : `a number from ${least} to ${most}`;
  const limit = most ?? (Number.isSafeInteger(value) ? Infinity : -1);
  const fits = typeof value === 'number' && value >= least && value <= limit;
  check(fits, name, value, right);
  return fits ? value : fallback;
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function';
}

function check(right: boolean, option: string, value: unknown, must: string): void {
  if (right) return;
  // What is in the wrong place may be a secret: of text and objects, only the kind is told.
  const plain = value === null || (typeof value !== 'object' && typeof value !== 'string');
  const got = plain && !isFunction(value) ? String(value) : `a value of type ${typeof value}`;
  throw new ConfigError(option, `${option} must be ${must}, got ${got}`);
}
