import { ProtocolError, SessionError, TimeoutError } from '../errors.js';
import { isUnavailable, shapeOf } from '../failure.js';
import type { SessionClosed } from '../ports.js';
import { loadedSdk } from './load.js';

/** A session that ended, as the error of a request that it took along. */
export function lossOf(info: SessionClosed, delivery: 'not-sent' | 'unknown'): SessionError {
  const code = info.code === undefined ? '' : ` with code ${info.code}`;
  const reason = info.reason ? `: ${info.reason}` : '';
  return new SessionError(`the connection was closed${code}${reason}`, delivery, info);
}

/** Statuses that say that trying again changes nothing. */
const FINAL = new Set([400, 401, 403, 404, 405, 406, 413, 415, 421]);

/** Statuses that say that nothing ran. */
const REFUSED = new Set([...FINAL, 429, 503]);

/**
 * The failure of a call that the server has begun: it has asked for input. That a later message did
 * not leave, or was refused, says nothing of what has run.
 */
export function interrupted(error: unknown): unknown {
  const { delivery, rpcCode, data, message, retryAfterMs } = shapeOf(error);
  const refused = isUnavailable(rpcCode, data);
  if (delivery !== 'not-sent' && !refused) return error;
  const told = refused ? shapeOf(data).retryAfterMs : retryAfterMs;
  return new SessionError(String(message), 'unknown', {
    ...(typeof told === 'number' && { retryAfterMs: told }),
    cause: error,
  });
}

export function isRefusal(error: unknown): boolean {
  const sdk = loadedSdk();
  return sdk !== undefined && error instanceof sdk.ProtocolError;
}

/** What the SDK or a transport threw, as this package says it. */
export function translate(error: unknown, timeoutMs: number): unknown {
  const { code, message, delivery, data } = shapeOf(error);
  // What says itself what became of the call, or that something is set up wrongly.
  if (delivery !== undefined || code === 'CONFIG') return error;
  const text = String(message ?? error);
  const known = translateOwn(error, text, timeoutMs);
  if (known !== undefined) return known;
  const { status } = shapeOf(data);
  if (typeof status === 'number') {
    const sent = REFUSED.has(status) ? 'not-sent' : 'unknown';
    return new SessionError(text, sent, { status, redial: !FINAL.has(status), cause: error });
  }
  return new SessionError(text, 'unknown', { cause: error });
}

/** What the SDK's own errors say by their class and code. */
function translateOwn(cause: unknown, text: string, timeoutMs: number): Error | undefined {
  const sdk = loadedSdk();
  if (sdk === undefined) return undefined;
  const { ProtocolError: Refusal, SdkError, SdkErrorCode } = sdk;
  if (cause instanceof Refusal) {
    return new ProtocolError(text, { rpcCode: cause.code, data: cause.data });
  }
  if (!(cause instanceof SdkError)) return undefined;
  switch (cause.code) {
    case SdkErrorCode.RequestTimeout:
      return new TimeoutError(text, timeoutMs, 'unknown', { cause });
    case SdkErrorCode.MethodNotSupportedByProtocolVersion:
      return new SessionError(text, 'not-sent', { redial: false, cause });
    case SdkErrorCode.InvalidResult:
    case SdkErrorCode.UnsupportedResultType:
    case SdkErrorCode.CapabilityNotSupported:
    case SdkErrorCode.InputRequiredRoundsExceeded:
      return new ProtocolError(text, { data: cause.data, cause });
    default:
      return undefined;
  }
}
