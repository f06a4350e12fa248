import {
  ALL_ANSWERED,
  type CloseRule,
  closeRule,
  isExpected,
  limitReason,
} from '../close-codes.js';
import { ConnectionError } from '../errors.js';
import { maskUrl } from '../mask.js';

/** Why a connection ended, and what that means for the next one. */
export interface ConnectionClosed {
  /** WebSocket close code; 1006 when the connection was cut or never opened. */
  readonly code: number;
  /** What the peer said, without control characters, or why this side gave up. */
  readonly reason: string;
  /** Whether dialling again makes sense. */
  readonly redial: boolean;
  /** Do not dial before so many milliseconds have passed. */
  readonly retryAfterMs?: number;
  /** The server vouches that nothing has run that it did not answer. */
  readonly delivery?: 'not-sent';
  /** What went wrong; absent where the connection ended as it should. */
  readonly error?: Error;
}

/** What the end of an open connection means. */
export function closedBy(
  code: number,
  said: string,
  url: string,
  closeCodes: Readonly<Record<number, CloseRule>> | undefined,
): ConnectionClosed {
  const rule = closeRule(code, closeCodes);
  const reason = limitReason(said);
  return {
    code,
    reason,
    redial: rule.redial,
    ...waitOf(rule),
    ...(code === 1001 && said === ALL_ANSWERED && { delivery: 'not-sent' }),
    ...(!isExpected(code) && { error: lost(code, reason, url, rule) }),
  };
}

/** What a dial that failed means; one that its caller called off is not to be tried again. */
export function refusedWith(error: unknown, calledOff: boolean): ConnectionClosed {
  const { retryable, retryAfterMs } = (error ?? {}) as Partial<ConnectionError>;
  return {
    code: 1006,
    reason: 'the connection could not be made',
    redial: !calledOff && retryable !== false,
    ...(typeof retryAfterMs === 'number' && { retryAfterMs }),
    ...(error instanceof Error && { error }),
  };
}

function lost(closeCode: number, reason: string, url: string, rule: CloseRule): ConnectionError {
  const why = reason === '' ? '' : `: ${reason}`;
  return new ConnectionError(
    'CONNECTION_LOST',
    `the connection to ${maskUrl(url)} was lost with code ${closeCode}${why}`,
    {
      closeCode,
      delivery: 'unknown',
      ...(!rule.redial && { retryable: false }),
      ...waitOf(rule),
    },
  );
}

const waitOf = ({ retryAfterMs }: CloseRule) => retryAfterMs !== undefined && { retryAfterMs };
