import { systemClock } from './clock.js';
import { ConfigError } from './errors.js';
import type { AcquireOptions, CloseOptions, PoolLimits, PoolOptions } from './options.js';
import type { Factory } from './ports.js';

/**
 * All options. What a value must be follows from the default: null is a function that must be given,
 * undefined one that may, an object has all the methods that are needed.
 */
const DEFAULTS: { readonly [Name in keyof Required<PoolOptions<never, never>>]: unknown } = {
  create: null,
  destroy: null,
  validate: undefined,
  watch: undefined,
  mayGrow: undefined,
  keyOf: (key: unknown) => key,
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

export const ACQUIRE: Required<{ [Name in keyof AcquireOptions]: unknown }> = {
  signal: { throwIfAborted: check },
  background: false,
};
export const CLOSE: Required<CloseOptions> = { drainTimeoutMs: 30_000 };

/** Of numbers that may not be as small as 0, or are neither counts nor times. */
const LIMITS: Readonly<Record<string, readonly [least: number, most?: number]>> = {
  maxTotal: [1],
  maxConcurrency: [1],
  targetUtilization: [0.01, 1],
  lifetimeJitter: [0, 0.99],
  cleanupIntervalMs: [1],
};

/** The options as the pool works with them: checked, complete, special cases resolved. */
export interface Settings<K, T>
  extends Required<Omit<PoolLimits<K>, 'observer'>>,
    Pick<PoolLimits<K>, 'observer'> {
  readonly factory: Factory<K, T>;
  /** How many waiters one new item is opened for. */
  readonly share: number;
  /** Whether items may be opened, or replaced, ahead of need. */
  readonly speculates: boolean;
}

export function resolveOptions<K, T>(options: PoolOptions<K, T>): Settings<K, T> {
  const limits = resolve(options, DEFAULTS) as Required<PoolLimits<K>>;
  // "No pooling" is a pool whose items serve once and are not kept.
  if (!limits.maxConnections) {
    Object.assign(limits, { keepAlive: false, maxConcurrency: 1, maxUses: 1 });
  }
  const { maxConcurrency, minIdle } = limits;
  const most = limits.keepAlive ? Math.min(limits.maxConnections, limits.maxTotal) : 0;
  check(minIdle <= most, 'minIdle', minIdle, `at most ${most}`);
  limits.maxConnections ||= Infinity;
  limits.maxIdleMs ||= Infinity;
  limits.maxUses ||= Infinity;
  // 0.29 * 100 is a little less than 29.
  const share = Math.floor(maxConcurrency * limits.targetUtilization + 1e-9) || 1;
  return {
    ...limits,
    factory: options,
    share,
    speculates: share < maxConcurrency || minIdle + limits.maxLifetimeMs > 0,
  };
}

type Options = Readonly<Record<string, unknown>>;

/** All options: those that were given, and the defaults of the others. */
export function resolve<O>(options: O, defaults: Options): Required<O> {
  const resolved: Record<string, unknown> = {};
  checkOptions(options, defaults);
  for (const name in defaults) {
    // Null is no way to leave an option out.
    const { [name]: value = defaults[name] } = options as Options;
    if (value === null) checkType(name, value, 'function');
    resolved[name] = value;
  }
  return resolved as Required<O>;
}

/** Checks those that were given. */
export function checkOptions<O>(options: O, defaults: Options): void {
  checkType('options', options, 'object');
  for (const name in options) {
    const value: unknown = options[name];
    const fallback = defaults[name];
    check(Object.hasOwn(defaults, name), name, value, 'unset');
    if (value === undefined) continue;
    if (typeof fallback === 'number') checkNumber(name, value);
    else checkType(name, value, typeof (fallback ?? check));
    // Of a port, every method.
    for (const method in fallback as object) {
      const fits = typeof (value as Options)[method] === 'function';
      check(fits, name, value, `a ${name}`);
    }
  }
}

export function checkType(name: string, value: unknown, type: string): void {
  const right = `${type === 'object' ? 'an' : 'a'} ${type}`;
  check(typeof value === type && value !== null, name, value, right);
}

/** Times end in `Ms`; what has no upper limit is a count. */
function checkNumber(name: string, value: unknown): void {
  // The longest delay that `setTimeout` keeps; above it, timers fire at once.
  const [least, most = name.endsWith('Ms') && 2 ** 31 - 1] = LIMITS[name] ?? [0];
  const fits =
    typeof value === 'number' &&
    value >= least &&
    (most ? value <= most : Number.isSafeInteger(value));
  const right = most ? `a number from ${least} to ${most}` : `a whole number of ${least} or more`;
  check(fits, name, value, right);
}

/** What is in the wrong place may be a secret: of all but numbers, only the kind is told. */
export function check(fits: boolean, option: string, value: unknown, right: string): void {
  const got = value === null || typeof value === 'number' ? value : typeof value;
  if (!fits) throw new ConfigError(option, `${option} must be ${right}, got ${got}`);
}
