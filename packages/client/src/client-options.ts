import {
  callback,
  checkOptions,
  checkRequired,
  clockRule,
  count,
  deadline,
  duration,
  flag,
  having,
} from './check.js';
import { systemClock } from './clock.js';
import type { Endpoint } from './endpoint.js';
import type { CallEvent } from './events.js';
import type { Clock, Observer, Policy, Random, SessionSource, Trace } from './ports.js';

export interface McpClientOptions<Stats = unknown> {
  /** Where sessions come from: `createPool({ ...sessionFactory(...) })`, or {@link singleSessions}. */
  readonly sessions: SessionSource<Endpoint, Stats>;
  /**
   * Is told which endpoint `evict()` drops, and of none if `clear()` drops all: the `forget` of the
   * session factory, where `sessions` is a pool, which cannot tell it. {@link singleSessions} does.
   */
  readonly forget?: (endpoint?: Endpoint) => void;
  /** Runs every call: retries, breakers, bulkheads. Without one, each call is one attempt. */
  readonly policy?: Policy;
  /** Is told of calls; see {@link CallEvent}. */
  readonly observer?: Observer<CallEvent>;
  /** Spans for requests, and their context for `_meta`. */
  readonly trace?: Trace;
  /**
   * Deadline of each attempt, ms, the wait for a session included. 0 or Infinity: none.
   * @default 60_000
   */
  readonly timeoutMs?: number;
  /**
   * Whether a tool's `isError` result is thrown as a ToolError.
   * @default false
   */
  readonly throwOnToolError?: boolean;
  /**
   * Whether a tool that says it only reads, or is idempotent, may be called again when nobody knows
   * whether it ran.
   * @default true
   */
  readonly trustAnnotations?: boolean;
  /**
   * Pages of a list that are fetched at most.
   * @default 100
   */
  readonly maxPages?: number;
  /**
   * Lists remembered at most.
   * @default 1_000
   */
  readonly maxCachedLists?: number;
  /**
   * The first pause before a lost subscription is asked for again, ms; doubled each time.
   * @default 500
   */
  readonly relistenBaseMs?: number;
  /**
   * The longest such pause, ms.
   * @default 30_000
   */
  readonly relistenMaxMs?: number;
  readonly clock?: Clock;
  readonly random?: Random;
}

/** The options as the client works with them: checked and complete. */
export type Settings<Stats> = Required<
  Omit<McpClientOptions<Stats>, 'forget' | 'policy' | 'observer' | 'trace'>
> &
  Pick<McpClientOptions<Stats>, 'forget' | 'policy' | 'observer' | 'trace'>;

const DEFAULTS = {
  timeoutMs: 60_000,
  throwOnToolError: false,
  trustAnnotations: true,
  maxPages: 100,
  maxCachedLists: 1_000,
  relistenBaseMs: 500,
  relistenMaxMs: 30_000,
  clock: systemClock,
  random: Math.random,
};

export function resolveOptions<Stats>(options: McpClientOptions<Stats>): Settings<Stats> {
  const sessions = having('use', 'evict', 'clear', 'stats', 'close');
  checkOptions('McpClient', options, {
    sessions,
    forget: callback,
    policy: having('execute'),
    observer: callback,
    trace: having('startCall'),
    timeoutMs: deadline,
    throwOnToolError: flag,
    trustAnnotations: flag,
    maxPages: count(1),
    maxCachedLists: count(1),
    relistenBaseMs: duration,
    relistenMaxMs: duration,
    clock: clockRule,
    random: callback,
  });
  checkRequired(options, { sessions });
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return { ...DEFAULTS, ...Object.fromEntries(given) } as Settings<Stats>;
}
