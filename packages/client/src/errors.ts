import type { SessionClosed } from './ports.js';
import type { CallToolResult } from './results.js';

/** Every `code` that an error of this package carries. */
export type ClientErrorCode =
  | 'PROTOCOL'
  | 'OUTCOME_UNKNOWN'
  | 'TOOL'
  | 'UNSUPPORTED_TRANSPORT'
  | 'TIMEOUT'
  | 'SESSION'
  | 'HANDLER'
  | 'CONFIG';

/** How far a failed request got. */
export type Delivery = 'not-sent' | 'unknown' | 'answered';

// Brands, not classes, say what an error is: ESM and CJS copies of the package must agree.
const brandOf = (name: string) => Symbol.for(`@x/client/${name}`);

const hasBrand = (value: unknown, name: string) =>
  typeof value === 'object' && value !== null && Reflect.get(value, brandOf(name)) === true;

function brand(type: { readonly prototype: Error }, name: string): void {
  Object.assign(type.prototype, { name, [brandOf(name)]: true });
  Object.defineProperty(type, Symbol.hasInstance, {
    value: (value: unknown) => hasBrand(value, name),
  });
}

/**
 * The server answered with a JSON-RPC error, or with something that is no answer to the request.
 *
 * `delivery` is `not-sent` where the server said that nothing ran: it drains or is overloaded
 * (-32010), or does not speak the protocol version that was remembered for it (-32022).
 */
export class ProtocolError extends Error {
  readonly code = 'PROTOCOL';
  readonly delivery: Delivery;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  /** The JSON-RPC error code; `undefined` if the answer itself broke the protocol. */
  readonly rpcCode: number | undefined;
  /** What the server sent along. */
  readonly data: unknown;

  constructor(
    message: string,
    options: ErrorOptions & {
      readonly rpcCode?: number | undefined;
      readonly data?: unknown;
      readonly delivery?: Delivery;
      readonly retryAfterMs?: number | undefined;
    } = {},
  ) {
    super(message, causeOf(options));
    this.rpcCode = options.rpcCode;
    this.data = options.data;
    this.delivery = options.delivery ?? 'answered';
    this.retryable = this.delivery === 'not-sent';
    this.retryAfterMs = options.retryAfterMs;
  }
}
brand(ProtocolError, 'ProtocolError');

/**
 * The connection was lost while a tool ran that must not run twice: it may have run or not. `cause`
 * is the loss. Never retried; whether to call again is for a person or a look at the server to say.
 */
export class OutcomeUnknownError extends Error {
  readonly code = 'OUTCOME_UNKNOWN';
  readonly delivery = 'unknown';
  readonly retryable = false;
  readonly tool: string;

  constructor(tool: string, endpoint: string, options?: ErrorOptions) {
    super(
      `the connection to ${endpoint} was lost while tool "${tool}" may have been running`,
      options,
    );
    this.tool = tool;
  }
}
brand(OutcomeUnknownError, 'OutcomeUnknownError');

/** The tool ran and reported a failure (`isError`). Thrown only with `throwOnToolError`. */
export class ToolError extends Error {
  readonly code = 'TOOL';
  readonly delivery = 'answered';
  readonly retryable = false;
  readonly tool: string;
  /** What the tool returned. */
  readonly result: CallToolResult;

  constructor(tool: string, result: CallToolResult) {
    const text = result.content.find((block) => typeof block.text === 'string')?.text;
    super(`tool "${tool}" failed${typeof text === 'string' ? `: ${text.slice(0, 500)}` : ''}`);
    this.tool = tool;
    this.result = result;
  }
}
brand(ToolError, 'ToolError');

/** No transport was given for the URL's scheme. */
export class UnsupportedTransportError extends Error {
  readonly code = 'UNSUPPORTED_TRANSPORT';
  readonly delivery = 'not-sent';
  readonly retryable = false;
  readonly scheme: string;
  /** The schemes that there are transports for. */
  readonly supported: readonly string[];

  constructor(scheme: string, supported: readonly string[]) {
    const list = supported.length > 0 ? supported.join(', ') : 'none';
    super(`there is no transport for "${scheme}:" URLs; there are: ${list}`);
    this.scheme = scheme;
    this.supported = supported;
  }
}
brand(UnsupportedTransportError, 'UnsupportedTransportError');

/** A deadline passed: while waiting for a session (`not-sent`), or for an answer (`unknown`). */
export class TimeoutError extends Error {
  readonly code = 'TIMEOUT';
  readonly delivery: 'not-sent' | 'unknown';
  readonly timeoutMs: number;

  constructor(
    message: string,
    timeoutMs: number,
    delivery: 'not-sent' | 'unknown' = 'unknown',
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.timeoutMs = timeoutMs;
    this.delivery = delivery;
  }
}
brand(TimeoutError, 'TimeoutError');

/** The session could not be opened, or ended before the answer came. */
export class SessionError extends Error {
  readonly code = 'SESSION';
  readonly delivery: 'not-sent' | 'unknown';
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  /** The WebSocket close code, where there was one. */
  readonly closeCode: number | undefined;
  /** The HTTP status, where there was one. */
  readonly status: number | undefined;

  constructor(
    message: string,
    delivery: 'not-sent' | 'unknown',
    options: ErrorOptions & SessionClosed & { readonly status?: number | undefined } = {},
  ) {
    super(message, causeOf({ cause: options.cause ?? options.error }));
    this.delivery = delivery;
    this.retryable = options.redial !== false;
    this.retryAfterMs = options.retryAfterMs;
    this.closeCode = options.code;
    this.status = options.status;
  }
}
brand(SessionError, 'SessionError');

/** The server asked for input (elicitation, sampling, roots) that could not be given; see `cause`. */
export class HandlerError extends Error {
  readonly code = 'HANDLER';
  readonly delivery = 'answered';
  readonly retryable = false;
}
brand(HandlerError, 'HandlerError');

/** An option or an argument is not what it must be. */
export class ConfigError extends Error {
  readonly code = 'CONFIG';
  readonly retryable = false;
  /** The name of the option or argument. */
  readonly option: string;

  constructor(option: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.option = option;
  }
}
brand(ConfigError, 'ConfigError');

const causeOf = ({ cause }: ErrorOptions) => (cause === undefined ? undefined : { cause });

/** Whether `value` is a {@link ProtocolError}, of this or another copy of the package. */
export const isProtocolError = (value: unknown): value is ProtocolError =>
  hasBrand(value, 'ProtocolError');

/** Whether `value` is an {@link OutcomeUnknownError}, of this or another copy of the package. */
export const isOutcomeUnknownError = (value: unknown): value is OutcomeUnknownError =>
  hasBrand(value, 'OutcomeUnknownError');

/** Whether `value` is a {@link ToolError}, of this or another copy of the package. */
export const isToolError = (value: unknown): value is ToolError => hasBrand(value, 'ToolError');

/** Whether `value` is an {@link UnsupportedTransportError}, of this or another copy of the package. */
export const isUnsupportedTransportError = (value: unknown): value is UnsupportedTransportError =>
  hasBrand(value, 'UnsupportedTransportError');

/** Whether `value` is a {@link TimeoutError} of this package, whichever copy of it. */
export const isTimeoutError = (value: unknown): value is TimeoutError =>
  hasBrand(value, 'TimeoutError');

/** Whether `value` is a {@link SessionError}, of this or another copy of the package. */
export const isSessionError = (value: unknown): value is SessionError =>
  hasBrand(value, 'SessionError');

/** Whether `value` is a {@link HandlerError}, of this or another copy of the package. */
export const isHandlerError = (value: unknown): value is HandlerError =>
  hasBrand(value, 'HandlerError');

/** Whether `value` is a {@link ConfigError} of this package, whichever copy of it. */
export const isConfigError = (value: unknown): value is ConfigError =>
  hasBrand(value, 'ConfigError');
