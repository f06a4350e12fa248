/** What became of a request that failed. */
export type Delivery = 'not-sent' | 'unknown' | 'answered';

/** Every `code` of a {@link ProtocolError}. */
export type ProtocolErrorCode =
  /** The server answered with an error: `rpcCode`, `data`. */
  | 'RPC_ERROR'
  /** The server answered with what is no result of this method, or of a type that we do not know. */
  | 'INVALID_RESULT'
  /** `validateOutput` refused the structured content of a tool. */
  | 'INVALID_OUTPUT'
  /** The server wants input that this client does not offer, or wants it too often. */
  | 'INPUT_REQUIRED'
  /** A handler threw (`cause`), took too long, or returned no object. */
  | 'HANDLER_FAILED'
  /** The server has begun, asked for input, and could not be reached with it. `cause` says why. */
  | 'INTERRUPTED'
  /** The server ended a subscription before it acknowledged it. */
  | 'SUBSCRIPTION_ENDED'
  /** The session has ended. `cause` is the transport's error, or else why it ended. */
  | 'SESSION_CLOSED'
  /** `maxInFlight` requests wait for their answers already. */
  | 'TOO_MANY_IN_FLIGHT'
  /** The server is modern, but speaks no version that we speak: `data.supported`. */
  | 'UNSUPPORTED_VERSION'
  /** The server wants the `initialize` handshake of the older era: `reusable`. `cause` says why. */
  | 'LEGACY_SERVER';

/** Every `code` that an error of this package carries. */
export type SessionErrorCode = ProtocolErrorCode | 'TIMEOUT' | 'CONFIG';

/**
 * Brands the instances of a class, and returns what tells them. Brands, not classes, say what an
 * error is: ESM and CJS copies of the package must agree.
 */
function brand<E extends Error>(
  type: abstract new (...args: never[]) => E,
  name: string,
): (value: unknown) => value is E {
  const symbol = Symbol.for(`@x/session/${name}`);
  const guard = (value: unknown): value is E => Object(value)[symbol] === true;
  Object.assign(type.prototype, { name, [symbol]: true });
  Object.defineProperty(type, Symbol.hasInstance, { value: guard });
  return guard;
}

/** What there is to say about a {@link ProtocolError}, where it applies. */
export interface Told {
  /** @default "answered" */
  readonly delivery?: Delivery;
  /** The JSON-RPC error code, where the server answered with an error. */
  readonly rpcCode?: number;
  /** What the server said beside it, unread. */
  readonly data?: unknown;
  readonly retryable?: boolean;
  readonly retryAfterMs?: number;
  /** Of `SESSION_CLOSED`: the WebSocket close code, where there was one. */
  readonly closeCode?: number;
  /**
   * Of `LEGACY_SERVER`: whether the connection is still good. Then its transport is open, has no
   * callbacks, and its next `start()` resolves at once, so that another client can take it over.
   * Otherwise it is closed.
   */
  readonly reusable?: boolean;
}

export interface ProtocolError extends Told {
  readonly delivery: Delivery;
}

/** The server, or the connection to it, did not do what was asked. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the constructor sets all of them.
export class ProtocolError extends Error {
  readonly code: ProtocolErrorCode;

  constructor(code: ProtocolErrorCode, message: string, told?: Told, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    // A member that does not apply is not there at all.
    for (const [name, value] of Object.entries({ delivery: 'answered', ...told })) {
      if (value !== undefined) Object.assign(this, { [name]: value });
    }
  }
}

/** Whether `value` is a {@link ProtocolError}, of this or another copy of the package. */
export const isProtocolError = brand(ProtocolError, 'ProtocolError');

/** A deadline passed before the answer came. */
export class TimeoutError extends Error {
  readonly code = 'TIMEOUT';
  readonly delivery = 'unknown';
  readonly timeoutMs: number;

  constructor(method: string, timeoutMs: number) {
    super(`no answer to ${method} within ${timeoutMs} ms`);
    this.timeoutMs = timeoutMs;
  }
}

/** Whether `value` is a {@link TimeoutError}, of this or another copy of the package. */
export const isTimeoutError = brand(TimeoutError, 'TimeoutError');

/** An option is unknown or wrong. */
export class ConfigError extends Error {
  readonly code = 'CONFIG';
  readonly retryable = false;
  /** The option's name. */
  readonly option: string;

  constructor(option: string, message: string) {
    super(message);
    this.option = option;
  }
}

/** Whether `value` is a {@link ConfigError} of this package, whichever copy of it. */
export const isConfigError = brand(ConfigError, 'ConfigError');

/** Whether `value` says that a server is of the older era. */
export function isLegacyServerError(
  value: unknown,
): value is ProtocolError & { readonly code: 'LEGACY_SERVER'; readonly reusable: boolean } {
  return isProtocolError(value) && value.code === 'LEGACY_SERVER';
}
