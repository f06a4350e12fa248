import { run } from './call.js';
import { systemClock } from './clock.js';
import { defaultIsFailure, shapeOf } from './delivery.js';
import { type RetryEvent, teller } from './events.js';
import { amount, checkOptions, observing } from './options.js';
import type { Budget, Clock, Observer, Policy } from './ports.js';

export interface RetryBudgetOptions {
  /**
   * Tokens that the bucket holds; it starts full.
   * @default 500
   */
  readonly capacity?: number;
  /**
   * Tokens that a retry costs.
   * @default 5
   */
  readonly retryCost?: number;
  /**
   * Tokens that a retry costs after a timeout (an error named `TimeoutError`).
   * @default 10
   */
  readonly timeoutCost?: number;
  /**
   * Tokens that a success brings which needed no retry. One that did brings back what its last
   * retry cost.
   * @default 1
   */
  readonly successReward?: number;
  /**
   * Tokens that each failed attempt takes, retried or not: what the breaker would count as a
   * failure by default.
   * @default 0
   */
  readonly failureCost?: number;
  /**
   * There is no retry unless there are more tokens than this.
   * @default 0
   */
  readonly reserve?: number;
  /** Stands in the events. */
  readonly name?: string;
  readonly observer?: Observer<RetryEvent>;
  readonly clock?: Clock;
}

export interface RetryBudget extends Policy, Budget {
  /** What is in the bucket now. */
  readonly tokens: number;
}

/**
 * A token bucket that callers share, so that their retries cannot double the load on a server that
 * is down: give it to `retry` or `hedge` as `budget`.
 *
 * As a policy of its own it runs the call once and books its outcome: for calls that go round the
 * retry. The defaults are those of AWS's standard retry mode; `{ capacity: 10, retryCost: 0,
 * timeoutCost: 0, failureCost: 1, successReward: 0.1, reserve: 5 }` is gRPC's throttle (gRFC A6).
 * @throws ConfigError for a wrong option.
 */
export function retryBudget(options: RetryBudgetOptions = {}): RetryBudget {
  checkOptions('retryBudget', options, {
    capacity: amount,
    retryCost: amount,
    timeoutCost: amount,
    successReward: amount,
    failureCost: amount,
    reserve: amount,
    ...observing(),
  });
  const {
    capacity = 500,
    retryCost = 5,
    timeoutCost = 10,
    successReward = 1,
    failureCost = 0,
    reserve = 0,
    name,
    observer,
    clock = systemClock,
  } = options;
  const tell = teller(observer);
  let tokens = capacity;

  const refund = (cost: number) => {
    tokens = Math.min(capacity, tokens + cost);
  };
  const budget: RetryBudget = {
    get tokens() {
      return tokens;
    },
    take(error) {
      const cost = shapeOf(error).name === 'TimeoutError' ? timeoutCost : retryCost;
      if (tokens <= reserve || tokens < cost) {
        tell?.({ type: 'budget.spent', at: clock.now(), name, tokens, cost });
        return undefined;
      }
      tokens -= cost;
      return cost;
    },
    success: (cost) => refund(cost || successReward),
    failure(error) {
      if (defaultIsFailure(error)) tokens = Math.max(0, tokens - failureCost);
    },
    refund,
    async execute(fn, call) {
      try {
        const value = await run(fn, call);
        budget.success(0);
        return value;
      } catch (error) {
        budget.failure(error);
        throw error;
      }
    },
  };
  return budget;
}
