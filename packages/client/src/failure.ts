import { isObject } from './check.js';
import {
  HandlerError,
  isProtocolError,
  isTimeoutError,
  ProtocolError,
  SessionError,
  TimeoutError,
} from './errors.js';

/** The code with which a server that drains or is overloaded refuses requests, nothing having run. */
const UNAVAILABLE = -32010;

/** The server does not speak the protocol version of the request (2026-07-28): nothing ran. */
export const UNSUPPORTED_VERSION = -32022;

/** What an error may say of itself. Read by shape, so that any package's errors qualify. */
export interface ErrorShape {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly delivery?: unknown;
  readonly retryable?: unknown;
  readonly rpcCode?: unknown;
  readonly status?: unknown;
  readonly closeCode?: unknown;
  readonly retryAfterMs?: unknown;
  readonly timeoutMs?: unknown;
  readonly message?: unknown;
  readonly data?: unknown;
  readonly cause?: unknown;
}

export const shapeOf = (error: unknown): ErrorShape => (isObject(error) ? error : {});

const MAX_CAUSES = 5;

/** The first value that `read` finds in an error or its causes. */
function findInCauses<T>(
  error: unknown,
  read: (shape: ErrorShape) => T | undefined,
): T | undefined {
  let shape = shapeOf(error);
  for (let depth = 0; depth < MAX_CAUSES; depth++) {
    const found = read(shape);
    if (found !== undefined) return found;
    shape = shapeOf(shape.cause);
  }
  return undefined;
}

/** Whether the server refused who we say we are: HTTP 401, or close code 1008. */
export const isUnauthorised = (error: unknown): boolean =>
  findInCauses(
    error,
    ({ status, closeCode }) => status === 401 || closeCode === 1008 || undefined,
  ) === true;

/** What a server says when it drains or is overloaded. The code alone may mean anything else. */
export function isUnavailable(rpcCode: unknown, data: unknown): boolean {
  const { reason } = shapeOf(data) as { readonly reason?: unknown };
  return rpcCode === UNAVAILABLE && (reason === 'draining' || reason === 'overloaded');
}

/** WebSocket, RFC 6455 section 7.4.1: the server goes away. */
const GOING_AWAY = 1001;

/** Whether a transport says that its connection closes, so that the message did not leave. */
export const isClosing = ({ code, delivery }: ErrorShape): boolean =>
  code === 'CLOSED' && delivery === 'not-sent';

/**
 * Whether the server leaves, or its connection does, and the request did not run: another session
 * may take it at once.
 */
export function isLeaving(error: unknown): boolean {
  const { delivery, rpcCode, data } = shapeOf(error);
  if (delivery !== 'not-sent') return false;
  if (isUnavailable(rpcCode, data)) return isObject(data) && data.reason === 'draining';
  const isGone = (shape: ErrorShape) =>
    shape.code === GOING_AWAY || shape.closeCode === GOING_AWAY || isClosing(shape) || undefined;
  return findInCauses(error, isGone) === true;
}

/**
 * A session's error as the client's own. Sessions of other packages have classes of their own, of
 * the same shape.
 *
 * @param elsewhere - another session may do better, nothing having run on this one
 */
export function adopt(error: unknown, elsewhere: boolean): unknown {
  const { name, code, message, delivery, rpcCode, data, cause } = shapeOf(error);
  const text = String(message ?? 'the request failed');
  if (typeof rpcCode === 'number' && (elsewhere || isUnavailable(rpcCode, data))) {
    const retryAfterMs = positive(shapeOf(data).retryAfterMs);
    const told = { rpcCode, data, retryAfterMs, cause: error };
    return new ProtocolError(text, { ...told, delivery: 'not-sent' });
  }
  if (elsewhere) return new SessionError(text, 'not-sent', { cause: error });
  if (isProtocolError(error) || isTimeoutError(error)) return error;
  if (name === 'ProtocolError' && code === 'HANDLER_FAILED') {
    return new HandlerError(text, { cause });
  }
  if (typeof rpcCode === 'number' || (name === 'ProtocolError' && delivery === 'answered')) {
    const told = typeof rpcCode === 'number' ? { rpcCode, data } : { data };
    return new ProtocolError(text, { ...told, cause: error });
  }
  const isLost = delivery === 'not-sent' || delivery === 'unknown';
  if (name === 'ProtocolError' && isLost) return lost(error, delivery);
  return name === 'TimeoutError' && delivery === 'unknown' ? lost(error, delivery) : error;
}

/**
 * Why no session could be made, for the request that waits for one. Whatever became of the
 * handshake, that request was no part of it.
 */
export const unsent = (error: unknown): unknown =>
  shapeOf(error).delivery === 'unknown' ? lost(error, 'not-sent') : adopt(error, false);

/** That no answer came, by what came instead of it. */
function lost(error: unknown, delivery: 'not-sent' | 'unknown'): SessionError | TimeoutError {
  const { name, message, retryable, timeoutMs } = shapeOf(error);
  const text = String(message ?? 'the request failed');
  if (name === 'TimeoutError') {
    return new TimeoutError(text, positive(timeoutMs) ?? 0, delivery, { cause: error });
  }
  return new SessionError(text, delivery, {
    code: findInCauses(error, ({ closeCode }) => positive(closeCode)),
    status: findInCauses(error, ({ status }) => positive(status)),
    retryAfterMs: findInCauses(error, ({ retryAfterMs }) => positive(retryAfterMs)),
    redial: retryable !== false,
    cause: error,
  });
}

const positive = (value: unknown) => (typeof value === 'number' && value > 0 ? value : undefined);

/** How an error is told in events: its code, or its name. */
export function codeOf(error: unknown): string {
  const { code, name } = shapeOf(error);
  if (typeof code === 'string') return code;
  return typeof name === 'string' ? name : typeof error;
}
