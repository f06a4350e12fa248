import type { PoolStats } from './stats.js';

/** Every `code` that an error of this package carries. */
export type PoolErrorCode = 'POOL_TIMEOUT' | 'POOL_FULL' | 'POOL_CLOSED' | 'CONFIG';

// Brands, not classes, say what an error is: ESM and CJS copies of the package must agree.
const brandOf = (name: string) => Symbol.for(`@x/pool/${name}`);

function hasBrand(value: unknown, name: string): boolean {
  return typeof value === 'object' && value !== null && Reflect.get(value, brandOf(name)) === true;
}

function brand(type: { readonly prototype: Error }, name: string): void {
  Object.defineProperty(type.prototype, 'name', { value: name });
  Object.defineProperty(type.prototype, brandOf(name), { value: true });
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

  static {
    brand(PoolTimeoutError, 'PoolTimeoutError');
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return hasBrand(value, 'PoolTimeoutError');
  }
}

/** The key's queue holds `maxQueue` waiters already. */
export class PoolFullError extends Error {
  readonly code = 'POOL_FULL';
  readonly delivery = 'not-sent';
  readonly retryable = false;
  /** The key's state when the waiter was turned away. */
  readonly stats: PoolStats;

  constructor(message: string, stats: PoolStats, options?: ErrorOptions) {
    super(message, options);
    this.stats = stats;
  }

  static {
    brand(PoolFullError, 'PoolFullError');
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return hasBrand(value, 'PoolFullError');
  }
}

/** The pool is closed, or was closed while the caller waited. */
export class PoolClosedError extends Error {
  readonly code = 'POOL_CLOSED';
  readonly delivery = 'not-sent';
  readonly retryable = false;

  constructor(message = 'the pool is closed', options?: ErrorOptions) {
    super(message, options);
  }

  static {
    brand(PoolClosedError, 'PoolClosedError');
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return hasBrand(value, 'PoolClosedError');
  }
}

/** An option, an argument or what the factory gave is not what it must be. */
export class ConfigError extends Error {
  readonly code = 'CONFIG';
  readonly retryable = false;
  /** The name of the option or argument. */
  readonly option: string;

  constructor(option: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.option = option;
  }

  static {
    brand(ConfigError, 'ConfigError');
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return hasBrand(value, 'ConfigError');
  }
}

/** Whether `value` is a {@link PoolTimeoutError}, of this or another copy of the package. */
export function isPoolTimeoutError(value: unknown): value is PoolTimeoutError {
  return hasBrand(value, 'PoolTimeoutError');
}

/** Whether `value` is a {@link PoolFullError}, of this or another copy of the package. */
export function isPoolFullError(value: unknown): value is PoolFullError {
  return hasBrand(value, 'PoolFullError');
}

/** Whether `value` is a {@link PoolClosedError}, of this or another copy of the package. */
export function isPoolClosedError(value: unknown): value is PoolClosedError {
  return hasBrand(value, 'PoolClosedError');
}

/** Whether `value` is a {@link ConfigError} of this package, whichever copy of it. */
export function isConfigError(value: unknown): value is ConfigError {
  return hasBrand(value, 'ConfigError');
}
