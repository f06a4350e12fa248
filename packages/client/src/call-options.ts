import { callback, checkOptions, deadline, flag, object, signal, text } from './check.js';
import type { RequestOptions } from './ports.js';

/** How one call is made. */
export interface CallOptions extends RequestOptions {
  /**
   * Deadline of each attempt, and of each page of a list, ms, the wait for a session included; 0 or
   * Infinity: none.
   * @default the client's `timeoutMs`
   */
  readonly timeoutMs?: number | undefined;
  /** Cap in ms on all attempts, pages and waits together, whatever the progress; 0 or Infinity: none. */
  readonly maxTotalTimeoutMs?: number | undefined;
  /**
   * Whether the call may run twice. What only reads may; of a tool, its annotations say, unless
   * this does.
   */
  readonly idempotent?: boolean | undefined;
}

/** How a list is asked for. */
export interface ListOptions extends CallOptions {
  /**
   * Asks the server, whatever is remembered.
   * @default false
   */
  readonly refresh?: boolean | undefined;
}

const CALL_RULES = {
  signal,
  timeoutMs: deadline,
  maxTotalTimeoutMs: deadline,
  resetTimeoutOnProgress: flag,
  onProgress: callback,
  logLevel: text,
  meta: object,
  idempotent: flag,
};

const LIST_RULES = { ...CALL_RULES, refresh: flag };

export function checkCallOptions(options: CallOptions): void {
  checkOptions('a call', options, CALL_RULES);
}

export function checkListOptions(options: ListOptions): void {
  checkOptions('a list', options, LIST_RULES);
}
