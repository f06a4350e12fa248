/** What a close code says to the client: may it dial again, and how soon? */
export interface CloseRule {
  readonly redial: boolean;
  /** Wait at least this long first. */
  readonly retryAfterMs?: number;
}

/** How long a server that closes with 1013 ("try again later") is left alone. */
const OVERLOADED_RETRY_AFTER_MS = 5_000;

/**
 * The client's reading of close codes (RFC 6455, section 7.4; IANA's WebSocket registry).
 * Codes that are not in the table, 3000 to 4999 among them, mean: do not redial.
 */
export const defaultCloseCodes: Readonly<Record<number, CloseRule>> = {
  1000: { redial: true }, // normal: whoever still wants something may come again
  1001: { redial: true }, // going away: drain, or the connection's age
  1002: { redial: false }, // protocol error: the same bytes would fail again
  1003: { redial: false }, // binary where text is spoken
  1005: { redial: true }, // closed without a code
  1006: { redial: true }, // cut off without a close frame
  1007: { redial: false }, // text that is not UTF-8
  1008: { redial: false }, // policy: authorization refused or expired
  1009: { redial: false }, // too big: it would be as big again
  1010: { redial: false }, // an extension is missing
  1011: { redial: true }, // server error
  1012: { redial: true }, // restart
  1013: { redial: true, retryAfterMs: OVERLOADED_RETRY_AFTER_MS }, // overload
  1014: { redial: true }, // a gateway's upstream failed
  1015: { redial: false }, // TLS: the certificate will be the same
};

/**
 * With this reason, a server's 1001 vouches for what the client has no answer to: none of it has
 * run, and none will. Answers leave before the close frame, and nothing behind it is read.
 */
export const ALL_ANSWERED = 'going away; what has no answer has not run';

/** Ends that need no report: done, going away, closed without a code. */
export const isExpected = (code: number): boolean =>
  code === 1000 || code === 1001 || code === 1005;

const NO_REDIAL: CloseRule = { redial: false };

export function closeRule(
  code: number,
  overrides?: Readonly<Record<number, CloseRule>>,
): CloseRule {
  return overrides?.[code] ?? defaultCloseCodes[code] ?? NO_REDIAL;
}

/** Whether a code may stand in a close frame (RFC 6455, section 7.4). */
export const isSendable = (code: number): boolean =>
  Number.isInteger(code) &&
  ((code >= 1000 && code <= 1014 && (code < 1004 || code > 1006)) ||
    (code >= 3000 && code <= 4999));

/** RFC 6455, section 5.5: a control frame carries at most 125 bytes, two of them the code. */
const MAX_REASON_BYTES = 123;

/** A close reason that fits its frame, cut between characters. */
export function limitReason(reason: string): string {
  // A UTF-16 unit becomes at most three bytes of UTF-8, so most reasons are done here.
  if (reason.length * 3 <= MAX_REASON_BYTES) return reason;
  const encoder = new TextEncoder();
  let bytes = 0;
  let kept = '';
  for (const character of reason) {
    bytes += encoder.encode(character).length;
    if (bytes > MAX_REASON_BYTES) break;
    kept += character;
  }
  return kept;
}
