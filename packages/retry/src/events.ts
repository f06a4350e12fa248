import type { Observer } from './ports.js';
import { quietly } from './quietly.js';

/** Why `retry` stopped after a failure. A closed set, so that it may label a metric. */
export type GaveUpReason =
  | 'attempts'
  | 'not-retryable'
  | 'retry-after'
  | 'deadline'
  | 'budget'
  | 'aborted'
  | 'hook';

interface Base<Type extends string> {
  readonly type: Type;
  /** `clock.now()`, ms. */
  readonly at: number;
  /** The policy's `name` option. */
  readonly name: string | undefined;
}

/** An attempt starts. `id` is the same for all events of one call. */
export interface RetryAttemptEvent extends Base<'retry.attempt'> {
  readonly id: number;
  readonly attempt: number;
}

/** Attempt `attempt` failed with `error`; the next one starts in `delayMs`. */
export interface RetryScheduledEvent extends Base<'retry.scheduled'> {
  readonly id: number;
  readonly attempt: number;
  readonly delayMs: number;
  readonly error: unknown;
}

/** The call fails with `error` after `attempt` attempts. */
export interface RetryGaveUpEvent extends Base<'retry.gave-up'> {
  readonly id: number;
  readonly attempt: number;
  readonly elapsedMs: number;
  readonly reason: GaveUpReason;
  readonly error: unknown;
}

/** The circuit opened: for `openMs`, or until released where it is `isolated`. */
export interface BreakerOpenedEvent extends Base<'breaker.opened'> {
  readonly isolated: boolean;
  readonly openMs: number | undefined;
}

export interface BreakerHalfOpenEvent extends Base<'breaker.half-open'> {}

export interface BreakerClosedEvent extends Base<'breaker.closed'> {}

/** The budget refused a try: it has `tokens`, which does not pay `cost`. */
export interface BudgetSpentEvent extends Base<'budget.spent'> {
  readonly tokens: number;
  readonly cost: number;
}

/** Everything that this package tells an observer. */
export type RetryEvent =
  | RetryAttemptEvent
  | RetryScheduledEvent
  | RetryGaveUpEvent
  | BreakerOpenedEvent
  | BreakerHalfOpenEvent
  | BreakerClosedEvent
  | BudgetSpentEvent;

/**
 * What tells the observer; `undefined` without one, so that no event is made for nobody. A broken
 * observer must not break a call. Events come whole: to copy one costs more than an attempt does.
 */
export function teller(
  observer: Observer<RetryEvent> | undefined,
): ((event: RetryEvent) => void) | undefined {
  return observer && ((event) => quietly(() => observer(event)));
}
