import type { PoolStats } from './stats.js';

/** Every `code` that an error of this package carries. */
export type PoolErrorCode = 'POOL_TIMEOUT' | 'POOL_FULL' | 'POOL_CLOSED' | 'CONFIG';

// Brands, not classes, say what an error is: ESM and CJS copies of the package must agree.
function brand<E extends Error>(type: { readonly prototype: E }, name: string) {
  const key = Symbol.for(`@x/pool/${name}`);
  const guard = (value: unknown): value is E =>
    !!(value as { readonly [key]?: unknown } | null | undefined)?.[key];
  Object.assign(type.prototype, { name, [key]: true });
  Object.defineProperty(type, Symbol.hasInstance, { value: guard });
  return guard;
}

/** Nothing was to be had in time: no free item (`acquireTimeoutMs`) or no answer from `create` (`createTimeoutMs`). */
export class PoolTimeoutError extends Error {
  readonly code = 'POOL_TIMEOUT';
  readonly delivery = 'not-sent';
  readonly retryable = true;
  /** What took too long. */
  declare readonly stage: 'acquire' | 'create';
  /** The key's state when time was up. */
  declare readonly stats: PoolStats;

  constructor(
    message: string,
    stage: 'acquire' | 'create',
    stats: PoolStats,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.stage = stage;
    this.stats = stats;
  }
}

/** Whether `value` is a {@link PoolTimeoutError}, of this or another copy of the package. */
export const isPoolTimeoutError = brand(PoolTimeoutError, 'PoolTimeoutError');

/** The key's queue holds `maxQueue` waiters already. */
export class PoolFullError extends Error {
  readonly code = 'POOL_FULL';
  readonly delivery = 'not-sent';
  readonly retryable = false;
  /** The key's state when the waiter was turned away. */
  declare readonly stats: PoolStats;

  constructor(message: string, stats: PoolStats) {
    super(message);
    this.stats = stats;
  }
}

/** Whether `value` is a {@link PoolFullError}, of this or another copy of the package. */
export const isPoolFullError = brand(PoolFullError, 'PoolFullError');

/** The pool is closed, or was closed while the caller waited. */
export class PoolClosedError extends Error {
  readonly code = 'POOL_CLOSED';
  readonly delivery = 'not-sent';
  readonly retryable = false;
}

/** Whether `value` is a {@link PoolClosedError}, of this or another copy of the package. */
export const isPoolClosedError = brand(PoolClosedError, 'PoolClosedError');

/** An option, an argument or what the factory gave is not what it must be. */
export class ConfigError extends Error {
  readonly code = 'CONFIG';
  readonly retryable = false;
  /** The name of the option or argument. */
  declare readonly option: string;

  constructor(option: string, message: string) {
    super(message);
    this.option = option;
  }
}

/** Whether `value` is a {@link ConfigError} of this package, whichever copy of it. */
export const isConfigError = brand(ConfigError, 'ConfigError');
