import type { PoolStats } from './stats.js';

/** Every `code` that an error of this package carries. */
export type PoolErrorCode = 'POOL_TIMEOUT' | 'POOL_FULL' | 'POOL_CLOSED' | 'CONFIG';

// Brands, not classes, say what an error is: ESM and CJS copies of the package must agree.
function brand(type: { readonly prototype: Error }, name: string): void {
  const key = Symbol.for(`@x/pool/${name}`);
  Object.assign(type.prototype, { name, [key]: true });
  Object.defineProperty(type, Symbol.hasInstance, {
    value: (value?: { readonly [key]?: unknown } | null) => !!value?.[key],
  });
}

/** Nothing was to be had in time: no free item (`acquireTimeoutMs`) or no answer from `create` (`createTimeoutMs`). */
export class PoolTimeoutError extends Error {
  readonly code = 'POOL_TIMEOUT';
  readonly delivery = 'not-sent';
  readonly retryable = true;
  /** What took too long. */
  readonly stage: 'acquire' | 'create';
  /** The key's state when time was up. */
  readonly stats: PoolStats;

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
brand(PoolTimeoutError, 'PoolTimeoutError');

/** The key's queue holds `maxQueue` waiters already. */
export class PoolFullError extends Error {
  readonly code = 'POOL_FULL';
  readonly delivery = 'not-sent';
  readonly retryable = false;
  /** The key's state when the waiter was turned away. */
  readonly stats: PoolStats;

  constructor(message: string, stats: PoolStats) {
    super(message);
    this.stats = stats;
  }
}
brand(PoolFullError, 'PoolFullError');

/** The pool is closed, or was closed while the caller waited. */
export class PoolClosedError extends Error {
  readonly code = 'POOL_CLOSED';
  readonly delivery = 'not-sent';
  readonly retryable = false;
}
brand(PoolClosedError, 'PoolClosedError');

/** An option, an argument or what the factory gave is not what it must be. */
export class ConfigError extends Error {
  readonly code = 'CONFIG';
  readonly retryable = false;
  /** The name of the option or argument. */
  readonly option: string;

  constructor(option: string, message: string) {
    super(message);
    this.option = option;
  }
}
brand(ConfigError, 'ConfigError');

/** Whether `value` is a {@link PoolTimeoutError}, of this or another copy of the package. */
export function isPoolTimeoutError(value: unknown): value is PoolTimeoutError {
  return value instanceof PoolTimeoutError;
}

/** Whether `value` is a {@link PoolFullError}, of this or another copy of the package. */
export function isPoolFullError(value: unknown): value is PoolFullError {
  return value instanceof PoolFullError;
}

/** Whether `value` is a {@link PoolClosedError}, of this or another copy of the package. */
export function isPoolClosedError(value: unknown): value is PoolClosedError {
  return value instanceof PoolClosedError;
}

/** Whether `value` is a {@link ConfigError} of this package, whichever copy of it. */
export function isConfigError(value: unknown): value is ConfigError {
  return value instanceof ConfigError;
}
