import { MAX_TIMER_MS } from '../clock.js';
import { ConnectionError } from '../errors.js';
import { maskUrl } from '../mask.js';
import { printable } from '../printable.js';

/** The connection could not be made; nothing was sent. */
export function dialFailed(
  url: URL,
  why: string,
  cause?: unknown,
  retryable?: false,
): ConnectionError {
  return new ConnectionError(
    'DIAL_FAILED',
    `cannot connect to ${maskUrl(url)}: ${printable(why)}`,
    {
      cause,
      delivery: 'not-sent',
      ...(retryable === false && { retryable }),
    },
  );
}

export function dialTimedOut(url: URL, timeoutMs: number): ConnectionError {
  return new ConnectionError(
    'DIAL_TIMEOUT',
    `no open connection to ${maskUrl(url)} within handshakeTimeoutMs (${timeoutMs} ms)`,
    { delivery: 'not-sent' },
  );
}

/**
 * The server speaks WebSocket, but did not select one of the subprotocols that were offered. What
 * it did select is not quoted: some servers echo what carries a token.
 */
export function subprotocolRefused(url: URL, offered: readonly string[]): ConnectionError {
  const what =
    offered.length === 0
      ? 'selected a subprotocol though none was offered'
      : 'selected none of the offered subprotocols; subprotocolFallback: true dials again without';
  return new ConnectionError('SUBPROTOCOL', `${maskUrl(url)} ${what}`, {
    delivery: 'not-sent',
    retryable: false,
  });
}

/** These may pass by themselves: request timeout, too early, too many requests. */
const TRANSIENT = new Set([408, 425, 429]);

/** The server answered the upgrade with an HTTP status. */
export function upgradeRefused(
  url: URL,
  status: number,
  retryAfter: string | undefined,
): ConnectionError {
  const retryAfterMs = parseRetryAfter(retryAfter, Date.now());
  const wait = retryAfterMs === undefined ? '' : `, retry after ${retryAfterMs} ms`;
  return new ConnectionError(
    'UPGRADE_REFUSED',
    `${maskUrl(url)} refused the upgrade with HTTP status ${status}${wait}`,
    {
      status,
      delivery: 'not-sent',
      ...(status < 500 && !TRANSIENT.has(status) && { retryable: false }),
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    },
  );
}

/**
 * RFC 9110, section 10.2.3: seconds, or a date, but no longer than a timer can wait. What is
 * neither says nothing.
 */
function parseRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined;
  if (/^\s*\d+\s*$/.test(value)) {
    const ms = Number(value) * 1000;
    return Number.isSafeInteger(ms) ? Math.min(ms, MAX_TIMER_MS) : undefined;
  }
  // Date.parse takes much that is no HTTP date; all of these begin with the day's name.
  const date = /^[A-Z][a-z]{2}/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.min(Math.max(0, date - nowMs), MAX_TIMER_MS);
}
