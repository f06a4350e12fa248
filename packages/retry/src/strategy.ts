import { exponential } from './backoff.js';
import { circuitBreaker } from './breaker.js';
import type { CircuitBreakerOptions } from './breaker-options.js';
import { retryBudget } from './budget.js';
import type { RetryEvent } from './events.js';
import { callback, check, checkOptions, clockRule, oneOf } from './options.js';
import { perKey } from './per-key.js';
import type { Clock, Observer, Policy, Random } from './ports.js';
import { type RetryOptions, retry } from './retry.js';
import { wrap } from './wrap.js';

export type StrategyName = 'simple' | 'exponential' | 'circuit-breaker';

export interface StrategyOptions {
  /** Names a key in events. Give no secret: a URL without user, query, fragment. */
  readonly nameOf?: (key: unknown) => string;
  readonly observer?: Observer<RetryEvent>;
  readonly clock?: Clock;
  readonly random?: Random;
}

/**
 * A policy by its name: `simple` (one attempt), `exponential` (three, with a budget that all calls
 * of one key share) or `circuit-breaker` (the same around one breaker per key).
 * @throws ConfigError for an unknown name or a wrong option.
 */
export function strategy(name: StrategyName, options: StrategyOptions = {}): Policy {
  checkOptions('strategy', options, {
    nameOf: callback,
    observer: callback,
    clock: clockRule(),
    random: callback,
  });
  const { nameOf, ...ports } = options;
  const { observer, clock } = ports;
  // Per key, so that a server that is down spends the budget of its own calls only.
  const each = (make: (named: RetryOptions & CircuitBreakerOptions) => Policy) =>
    perKey((key) => make({ ...ports, name: nameOf?.(key) }), { clock });
  // What is not said here and below is the default of each policy.
  const patient = () =>
    each((named) =>
      retry({
        ...named,
        backoff: exponential({ maxMs: 10_000 }),
        maxElapsedMs: 60_000,
        budget: retryBudget({ observer, clock }),
      }),
    );
  // The first open time is within the backoff's limit, so that calls live through a server's
  // restart; later ones are not, so that calls fail at once while a server stays down.
  const guard = () =>
    each((named) =>
      circuitBreaker({
        ...named,
        openMs: exponential({ baseMs: 5_000, factor: 3, maxMs: 60_000, jitter: 'none' }),
      }),
    );
  const makers: Record<StrategyName, () => Policy> = {
    simple: () => retry({ ...ports, attempts: 1 }),
    exponential: patient,
    'circuit-breaker': () => wrap(patient(), guard()),
  };
  check('strategy', name, oneOf(...Object.keys(makers)));
  return makers[name]();
}
