import { type Delivery, isObject } from './delivery.js';

/** The closed set of `code` values of this package's errors. */
export type RetryErrorCode = 'TIMEOUT' | 'CIRCUIT_OPEN' | 'BULKHEAD_FULL' | 'CONFIG';

const brandOf = (name: string) => Symbol.for(`@x/retry/${name}`);

// Name and brand are not enumerable, so that a logged error shows only what a person can use; a
// member that does not apply is not there at all.
function dress(error: Error, name: string, members: object): void {
  Object.defineProperty(error, 'name', { value: name });
  Object.defineProperty(error, brandOf(name), { value: true });
  for (const [member, value] of Object.entries(members)) {
    const enumerable = member !== 'cause';
    if (value !== undefined) Object.defineProperty(error, member, { value, enumerable });
  }
}

const branded = (value: unknown, name: string): boolean =>
  isObject(value) && value[brandOf(name)] === true;

/** No answer came within `timeoutMs`. */
export class TimeoutError extends Error {
  static override [Symbol.hasInstance](value: unknown): boolean {
    return isTimeoutError(value);
  }
  readonly code = 'TIMEOUT' satisfies RetryErrorCode;
  declare readonly timeoutMs: number;
  /** `unknown`, unless the aborted call itself said better (then that error is the `cause`). */
  declare readonly delivery: Delivery;
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
    super(`no answer within ${timeoutMs} ms`);
    dress(this, 'TimeoutError', { timeoutMs, delivery: 'unknown', ...told });
  }
}

export const isTimeoutError = (value: unknown): value is TimeoutError =>
  branded(value, 'TimeoutError');

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

  constructor({
    isolated,
    retryAfterMs,
    cause,
  }: { isolated?: boolean; retryAfterMs?: number; cause?: unknown } = {}) {
    super(`the circuit is ${isolated ? 'held ' : ''}open`);
    dress(this, 'CircuitOpenError', {
      retryable: isolated ? false : undefined,
      retryAfterMs,
      cause,
    });
  }
}

export const isCircuitOpenError = (value: unknown): value is CircuitOpenError =>
  branded(value, 'CircuitOpenError');

/** All `limit` calls run and all `queue` places are taken: the call was not made. */
export class BulkheadFullError extends Error {
  static override [Symbol.hasInstance](value: unknown): boolean {
    return isBulkheadFullError(value);
  }
  readonly code = 'BULKHEAD_FULL' satisfies RetryErrorCode;
  readonly delivery = 'not-sent' satisfies Delivery;
  /** Trying again at once would only keep the queue full. */
  readonly retryable = false;
  declare readonly limit: number;
  declare readonly queue: number;

  constructor(limit: number, queue: number) {
    super(`full: ${limit} calls run and ${queue} wait`);
    dress(this, 'BulkheadFullError', { limit, queue });
  }
}

export const isBulkheadFullError = (value: unknown): value is BulkheadFullError =>
  branded(value, 'BulkheadFullError');

/**
 * An option is unknown or wrong. Thrown when the policy is built; a call rejects with it only for
 * options of its own, or where `perKey`'s `make` made no policy.
 */
export class ConfigError extends Error {
  static override [Symbol.hasInstance](value: unknown): boolean {
    return isConfigError(value);
  }
  readonly code = 'CONFIG' satisfies RetryErrorCode;
  readonly retryable = false;
  /** The option's name. */
  declare readonly option: string;

  constructor(option: string, message: string) {
    super(message);
    dress(this, 'ConfigError', { option });
  }
}

export const isConfigError = (value: unknown): value is ConfigError =>
  branded(value, 'ConfigError');
