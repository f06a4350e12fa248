import { exponential } from './backoff.js';
import { begin, contextOf, invoke, orAborted, until } from './call.js';
import { after, systemClock } from './clock.js';
import { defaultRetryIf, retryAfterOf } from './delivery.js';
import { type GaveUpReason, type RetryEvent, teller } from './events.js';
import {
  budgetRule,
  callback,
  checkOptions,
  count,
  duration,
  having,
  observing,
} from './options.js';
import type { Backoff, Budget, CallContext, Clock, Observer, Policy, Random } from './ports.js';
import { quietly } from './quietly.js';

/** What `onRetry` is told: attempt `attempt` failed with `error`, the next starts in `delayMs`. */
export interface RetryNotice {
  readonly attempt: number;
  readonly delayMs: number;
  readonly error: unknown;
}

export interface RetryOptions {
  /**
   * Attempts in all, the first included.
   * @default 3
   */
  readonly attempts?: number;
  /**
   * How long to wait between attempts.
   * @default exponential()
   */
  readonly backoff?: Backoff;
  /**
   * No attempt starts later than this after the call began, ms. An attempt that runs is not cut
   * short by it: that is what `timeout` is for.
   * @default Infinity
   */
  readonly maxElapsedMs?: number;
  /**
   * Whether to try again after `error`. One that throws ends the call with what it threw.
   * @default defaultRetryIf
   */
  readonly retryIf?: (error: unknown, context: CallContext) => boolean | PromiseLike<boolean>;
  /**
   * Called before each wait, and awaited. One that throws ends the call with what it threw; the
   * time that it takes counts to `maxElapsedMs`.
   */
  readonly onRetry?: (notice: RetryNotice) => unknown;
  /** Shared by the callers that together must not overload a server: a `retryBudget()`. */
  readonly budget?: Budget;
  /** Stands in the events. */
  readonly name?: string;
  readonly observer?: Observer<RetryEvent>;
  readonly clock?: Clock;
  readonly random?: Random;
}

let calls = 0;

/**
 * Tries again what failed, if the call cannot thereby run twice by accident ({@link defaultRetryIf}).
 *
 * The call rejects with the last attempt's own error, or with the signal's reason once that aborts.
 * An error's `retryAfterMs` is a lower bound of the wait: obeyed, or the call gives up at once if
 * that is beyond the backoff's `maxMs` or `maxElapsedMs`; never shortened. A jittered backoff's delay
 * comes on top.
 * @throws ConfigError for a wrong option.
 */
export function retry(options: RetryOptions = {}): Policy {
  checkOptions('retry', options, {
    attempts: count(1),
    backoff: having('delayMs'),
    maxElapsedMs: duration,
    retryIf: callback,
    onRetry: callback,
    budget: budgetRule(),
    random: callback,
    ...observing(),
  });
  const {
    attempts = 3,
    backoff = exponential(),
    maxElapsedMs = Infinity,
    retryIf = defaultRetryIf,
    onRetry,
    budget,
    name,
    observer,
    clock = systemClock,
    random = Math.random,
  } = options;
  const tell = teller(observer);

  const execute: Policy['execute'] = async (fn, call) => {
    const signal = begin(call);
    const startedAt = clock.now();
    const id = ++calls;
    let previousMs: number | undefined;
    // What was paid for a retry that has not begun.
    let paid: number | undefined;

    const startsTooLate = (delayMs: number) => clock.now() - startedAt + delayMs > maxElapsedMs;

    // The one place that decides: waits until the next attempt may start, or says why there is none.
    const next = async (
      error: unknown,
      context: CallContext,
    ): Promise<GaveUpReason | undefined> => {
      const { attempt } = context;
      if (signal?.aborted) return 'aborted';
      quietly(() => budget?.failure(error));
      if (attempt >= attempts) return 'attempts';
      const again = await orAborted(retryIf(error, context), signal);
      if (!again) return 'not-retryable';
      const askedMs = retryAfterOf(error);
      const { maxMs = 1e308, jittered } = backoff;
      if (askedMs > maxMs) return 'retry-after';
      previousMs = backoff.delayMs({ retry: attempt, previousMs, random });
      const ownMs = previousMs || 0;
      const delayMs = jittered ? Math.min(askedMs + ownMs, maxMs) : Math.max(askedMs, ownMs);
      if (startsTooLate(delayMs)) return 'deadline';
      paid = budget ? quietly(() => budget.take(error)) : 0;
      if (paid === undefined) return 'budget';
      tell?.({ type: 'retry.scheduled', at: clock.now(), name, id, attempt, delayMs, error });
      if (onRetry) await orAborted(onRetry({ attempt, delayMs, error }), signal);
      if (startsTooLate(delayMs)) return 'deadline';
      await until(signal, (go) => after(clock, delayMs, go));
      // A timer may fire late, and then the deadline has passed after all.
      return startsTooLate(0) ? 'deadline' : undefined;
    };

    for (let attempt = 1; ; attempt++) {
      tell?.({ type: 'retry.attempt', at: clock.now(), name, id, attempt });
      const context = contextOf(call, attempt);
      const cost = paid ?? 0;
      paid = undefined;
      try {
        const value = await orAborted(invoke(fn, context), signal);
        if (budget) quietly(() => budget.success(cost));
        return value;
      } catch (error) {
        let reason: GaveUpReason | undefined;
        let outcome = error;
        try {
          reason = await next(error, context);
        } catch (thrown) {
          reason = 'hook';
          outcome = thrown;
        }
        if (!reason) continue;
        if (signal?.aborted) {
          reason = 'aborted';
          outcome = signal.reason;
        }
        const unused = paid;
        if (unused) quietly(() => budget?.refund?.(unused));
        tell?.({
          type: 'retry.gave-up',
          at: clock.now(),
          name,
          id,
          attempt,
          elapsedMs: clock.now() - startedAt,
          reason,
          error: outcome,
        });
        throw outcome;
      }
    }
  };
  return { execute };
}
