import { systemClock } from './clock.js';
import { ConfigError } from './errors.js';
import type { AcquireOptions, CloseOptions, PoolLimits, PoolOptions } from './options.js';
import type { Clock, Factory } from './ports.js';

/** The longest delay that `setTimeout` keeps; above it, timers fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** All options. What is checked depends on what the default is. */
const DEFAULTS: { readonly [Name in keyof Required<PoolOptions<never, never>>]: unknown } = {
  create: undefined,
  destroy: undefined,
  validate: undefined,
  watch: undefined,
  mayGrow: undefined,
  keyOf: undefined,
  observer: undefined,
  random: Math.random,
  clock: systemClock,
  keepAlive: true,
  maxConnections: 10,
  maxTotal: 100,
  maxConcurrency: 1,
  targetUtilization: 1,
  minIdle: 0,
  maxQueue: 1_000,
  acquireTimeoutMs: 30_000,
  createTimeoutMs: 30_000,
  validateTimeoutMs: 5_000,
  destroyTimeoutMs: 10_000,
  retryDelayMs: 1_000,
  validateAfterIdleMs: 30_000,
  maxIdleMs: 600_000,
  maxLifetimeMs: 0,
  lifetimeJitter: 0.1,
  maxUses: 0,
  cleanupIntervalMs: 300_000,
  leakAfterMs: 0,
};

/** Of numbers that may not be as small as 0, or are neither counts nor times. */
const LIMITS: Readonly<Record<string, readonly [least: number, most?: number]>> = {
  maxTotal: [1],
  maxConcurrency: [1],
  targetUtilization: [0.01, 1],
  lifetimeJitter: [0, 0.99],
  cleanupIntervalMs: [1],
};

type Optional = 'keyOf' | 'observer';

/** The options as the pool works with them: checked, complete, special cases resolved. */
export interface Settings<K, T>
  extends Required<Omit<PoolLimits<K>, Optional>>,
    Pick<PoolLimits<K>, Optional> {
  readonly factory: Factory<K, T>;
  /** How many waiters one new item is opened for. */
  readonly share: number;
  /** Whether items may be opened, or replaced, ahead of need. */
  readonly speculates: boolean;
}

export function resolveOptions<K, T>(options: PoolOptions<K, T>): Settings<K, T> {
  checkObject(options);
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(DEFAULTS, name)) throw new ConfigError(name, `${name} is no option`);
  }
  checkFunction('create', options.create);
  checkFunction('destroy', options.destroy);
  const given = Object.entries(DEFAULTS).map(([name, fallback]) => [
    name,
    resolve(name, options[name as keyof typeof DEFAULTS], fallback),
  ]);
  const limits: Required<PoolLimits<K>> = Object.fromEntries(given);
  const { maxConcurrency, maxConnections, maxLifetimeMs, maxTotal, minIdle } = limits;
  // "No pooling" is a pool whose items serve once and are not kept.
  if (!maxConnections) Object.assign(limits, { keepAlive: false, maxUses: 1 });
  const most = limits.keepAlive ? Math.min(maxConnections, maxTotal) : 0;
  check(minIdle <= most, 'minIdle', minIdle, `at most ${most}`);
  const maxUses = limits.maxUses || Infinity;
  const share = Math.min(
    maxUses,
    Math.max(1, Math.floor(maxConcurrency * limits.targetUtilization)),
  );
  return {
    ...limits,
    factory: options,
    maxConnections: maxConnections || Infinity,
    maxIdleMs: limits.maxIdleMs || Infinity,
    maxUses,
    share,
    speculates: share < maxConcurrency || minIdle + maxLifetimeMs > 0,
  };
}

function resolve(name: string, given: unknown, fallback: unknown): unknown {
  const value = given === undefined ? fallback : given;
  if (typeof fallback === 'number') checkNumber(name, value);
  else if (typeof fallback === 'boolean') checkFlag(name, value);
  else if (fallback === systemClock) checkClock(value);
  else if (value !== undefined) checkFunction(name, value);
  return value;
}

export function checkAcquireOptions(options: AcquireOptions): void {
  checkObject(options);
  const { signal, background = false } = options;
  const isSignal = signal === undefined || isFunction(signal?.addEventListener);
  check(isSignal, 'signal', signal, 'an AbortSignal');
  checkFlag('background', background);
}

export function checkDrainTimeout(options: CloseOptions): number {
  checkObject(options);
  const { drainTimeoutMs = 30_000 } = options;
  checkNumber('drainTimeoutMs', drainTimeoutMs);
  return drainTimeoutMs;
}

export function checkFunction(name: string, value: unknown): void {
  check(isFunction(value), name, value, 'a function');
}

function checkObject(value: unknown): void {
  check(value && typeof value === 'object', 'options', value, 'an object');
}

function checkFlag(name: string, value: unknown): void {
  check(typeof value === 'boolean', name, value, 'true or false');
}

function checkClock(value: unknown): void {
  const { now, setTimeout, clearTimeout } = (value ?? {}) as Partial<Clock>;
  const isClock = [now, setTimeout, clearTimeout].every(isFunction);
  check(isClock, 'clock', value, 'a Clock');
}

/** Times end in `Ms`; what has no upper limit is a count. */
function checkNumber(name: string, value: unknown): void {
  const [least, most = name.endsWith('Ms') && MAX_TIMER_MS] = LIMITS[name] ?? [0];
  const fits =
    typeof value === 'number' &&
    value >= least &&
    (most ? value <= most : Number.isSafeInteger(value));
  const right = most ? `number from ${least} to ${most}` : `whole number of ${least} or more`;
  check(fits, name, value, `a ${right}`);
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function';
}

export function check(fits: unknown, option: string, value: unknown, right: string): void {
  if (fits) return;
  // What is in the wrong place may be a secret: of text and objects, only the kind is told.
  const isSecret = typeof value === 'string' || Object(value) === value;
  const got = isSecret ? `a value of type ${typeof value}` : String(value);
  throw new ConfigError(option, `${option} must be ${right}, got ${got}`);
}
