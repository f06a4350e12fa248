/** Whether the request that failed may have reached the server. */
export type Delivery = 'not-sent' | 'unknown' | 'answered';

/** Every `code` that an error of this package can have. */
export type TransportErrorCode =
  | 'ALREADY_STARTED'
  | 'NOT_OPEN'
  | 'CLOSED'
  | 'MESSAGE_TOO_BIG'
  | 'BACK_PRESSURE'
  | 'INVALID_MESSAGE'
  | 'DIAL_FAILED'
  | 'DIAL_TIMEOUT'
  | 'UPGRADE_REFUSED'
  | 'SUBPROTOCOL'
  | 'CONNECTION_LOST'
  | 'LISTEN_FAILED'
  | 'CONFIG';

interface Details {
  readonly cause?: unknown;
  readonly delivery?: Delivery;
  readonly retryable?: boolean;
  readonly retryAfterMs?: number;
}

const brandOf = (name: string) => Symbol.for(`@x/transport-ws/${name}`);

function brand(type: { prototype: object; name: string }, name: string): void {
  Object.defineProperty(type.prototype, brandOf(name), { value: true });
  Object.defineProperty(type.prototype, 'name', { value: name, configurable: true });
  // Two copies of this package may be loaded (ESM beside CJS): the brand is what counts.
  // What a user derives from the class has no brand of its own.
  Object.defineProperty(type, Symbol.hasInstance, {
    value(this: unknown, it: unknown) {
      return this === type
        ? carries(it, name)
        : Function.prototype[Symbol.hasInstance].call(this as never, it);
    },
  });
}

function carries(value: unknown, name: string): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    (value as never)[brandOf(name)] === (true as never)
  );
}

/** Something went wrong on the wire or on the way to it. */
export class TransportError extends Error {
  readonly code: TransportErrorCode;
  /** Whether the message in question may have reached the peer; `unknown` unless it is known. */
  readonly delivery: Delivery;
  /** `false`: trying again cannot help. `true`: it may. Absent: `delivery` decides. */
  readonly retryable?: boolean;
  /** Do not try again before this many milliseconds have passed. */
  readonly retryAfterMs?: number;

  constructor(code: TransportErrorCode, message: string, details: Details = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined);
    this.code = code;
    this.delivery = details.delivery ?? 'unknown';
    if (details.retryable !== undefined) this.retryable = details.retryable;
    if (details.retryAfterMs !== undefined) this.retryAfterMs = details.retryAfterMs;
  }
}

/** The connection could not be made, or was lost. */
export class ConnectionError extends TransportError {
  /** HTTP status of a refused upgrade, where the runtime shows it. */
  readonly status?: number;
  /** WebSocket close code of a lost connection; 1006 when there was none. */
  readonly closeCode?: number;

  constructor(
    code: TransportErrorCode,
    message: string,
    details: Details & { readonly status?: number; readonly closeCode?: number } = {},
  ) {
    super(code, message, details);
    if (details.status !== undefined) this.status = details.status;
    if (details.closeCode !== undefined) this.closeCode = details.closeCode;
  }
}

/** An option is wrong, unknown, or cannot be honoured in this environment. */
export class ConfigError extends Error {
  readonly code = 'CONFIG';
  readonly delivery = 'not-sent';
  readonly retryable = false;
  /** The option's name. */
  readonly option: string;

  constructor(option: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.option = option;
  }
}

brand(TransportError, 'TransportError');
brand(ConnectionError, 'ConnectionError');
brand(ConfigError, 'ConfigError');

/** Whether `value` is a {@link TransportError}, of this or of another copy of the package. */
export const isTransportError = (value: unknown): value is TransportError =>
  carries(value, 'TransportError');

/** Whether `value` is a {@link ConnectionError}, of this or of another copy of the package. */
export const isConnectionError = (value: unknown): value is ConnectionError =>
  carries(value, 'ConnectionError');

/** Whether `value` is this package's {@link ConfigError}. */
export const isConfigError = (value: unknown): value is ConfigError =>
  carries(value, 'ConfigError');
