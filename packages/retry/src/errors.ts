import type { Delivery } from './delivery.js';

/** The closed set of `code` values of this package's errors. */
export type RetryErrorCode = 'TIMEOUT' | 'CIRCUIT_OPEN' | 'BULKHEAD_FULL' | 'CONFIG';

const brandOf = (name: string) => Symbol.for(`@x/retry/${name}`);

// Not enumerable, so that a logged error shows only what a person can use.
function brand(error: Error, name: string): void {
  Object.defineProperty(error, 'name', { value: name });
  Object.defineProperty(error, brandOf(name), { value: true });
}

const branded = (value: unknown, name: string): boolean =>
  typeof value === 'object' && value !== null && Reflect.get(value, brandOf(name)) === true;

/** No answer came within `timeoutMs`. */
export class TimeoutError extends Error {
  static override [Symbol.hasInstance](value: unknown): boolean {
    return isTimeoutError(value);
  }
  readonly code = 'TIMEOUT' satisfies RetryErrorCode;
  readonly timeoutMs: number;
  /** `unknown`, unless the aborted call itself said better (then that error is the `cause`). */
  readonly delivery: Delivery;
  declare readonly retryable?: boolean;
  declare readonly retryAfterMs?: number;

  constructor(
    timeoutMs: number,
    told: {
      cause?: unknown;
      delivery?: Delivery;
      retryable?: boolean;
      retryAfterMs?: number;
    } = {},
  ) {
    super(`no answer within ${timeoutMs} ms`, 'cause' in told ? { cause: told.cause } : undefined);
    brand(this, 'TimeoutError');
    this.timeoutMs = timeoutMs;
    this.delivery = told.delivery ?? 'unknown';
    if (told.retryable !== undefined) this.retryable = told.retryable;
    if (told.retryAfterMs !== undefined) this.retryAfterMs = told.retryAfterMs;
  }
}

export function isTimeoutError(value: unknown): value is TimeoutError {
  return branded(value, 'TimeoutError');
}

/** The circuit is open: the call was not made. `cause` is the failure that opened it. */
export class CircuitOpenError extends Error {
  static override [Symbol.hasInstance](value: unknown): boolean {
    return isCircuitOpenError(value);
  }
  readonly code = 'CIRCUIT_OPEN' satisfies RetryErrorCode;
  readonly delivery = 'not-sent' satisfies Delivery;
  /** `false` while the circuit is held open by hand. */
  declare readonly retryable?: boolean;
  /** Time until the circuit lets a probe through, where that is known. */
  declare readonly retryAfterMs?: number;

  constructor(told: { isolated?: boolean; retryAfterMs?: number; cause?: unknown } = {}) {
    super(
      told.isolated ? 'the circuit is held open by isolate()' : 'the circuit is open',
      'cause' in told ? { cause: told.cause } : undefined,
    );
    brand(this, 'CircuitOpenError');
    if (told.isolated) this.retryable = false;
    if (told.retryAfterMs !== undefined) this.retryAfterMs = told.retryAfterMs;
  }
}

export function isCircuitOpenError(value: unknown): value is CircuitOpenError {
  return branded(value, 'CircuitOpenError');
}

/** All `limit` calls run and all `queue` places are taken: the call was not made. */
export class BulkheadFullError extends Error {
  static override [Symbol.hasInstance](value: unknown): boolean {
    return isBulkheadFullError(value);
  }
  readonly code = 'BULKHEAD_FULL' satisfies RetryErrorCode;
  readonly delivery = 'not-sent' satisfies Delivery;
  /** Trying again at once would only keep the queue full. */
  readonly retryable = false;
  readonly limit: number;
  readonly queue: number;

  constructor(limit: number, queue: number) {
    super(`${limit} calls are running and ${queue} are waiting, which is all that may`);
    brand(this, 'BulkheadFullError');
    this.limit = limit;
    this.queue = queue;
  }
}

export function isBulkheadFullError(value: unknown): value is BulkheadFullError {
  return branded(value, 'BulkheadFullError');
}

/** An option is unknown or wrong. Thrown when the policy is built, never by a call. */
export class ConfigError extends Error {
  static override [Symbol.hasInstance](value: unknown): boolean {
    return isConfigError(value);
  }
  readonly code = 'CONFIG' satisfies RetryErrorCode;
  readonly retryable = false;
  /** The option's name. */
  readonly option: string;

  constructor(option: string, message: string) {
    super(message);
    brand(this, 'ConfigError');
    this.option = option;
  }
}

export function isConfigError(value: unknown): value is ConfigError {
  return branded(value, 'ConfigError');
}
