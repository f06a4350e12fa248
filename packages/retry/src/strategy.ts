import { exponential } from './backoff.js';
import { circuitBreaker } from './breaker.js';
import { retryBudget } from './budget.js';
import type { RetryEvent } from './events.js';
import { callback, check, checkOptions, clockRule, oneOf } from './options.js';
import { perKey } from './per-key.js';
import type { Clock, Observer, Policy, Random } from './ports.js';
import { retry } from './retry.js';
import { wrap } from './wrap.js';

export type StrategyName = 'simple' | 'exponential' | 'circuit-breaker';

export interface StrategyOptions {
  /** Names a key in events. Give no secret: a URL without user, query, fragment. */
  readonly nameOf?: (key: unknown) => string;
  readonly observer?: Observer<RetryEvent>;
  readonly clock?: Clock;
  readonly random?: Random;
}

type Ports = Omit<StrategyOptions, 'nameOf'>;

const simple = (ports: Ports): Policy => retry({ ...ports, attempts: 1 });

type NameOf = StrategyOptions['nameOf'];

// What is not said here and below is the default of each policy. Per key, so that a server that is
// down spends the budget of its own calls only.
const patient = (ports: Ports, nameOf: NameOf): Policy =>
  perKey(
    (key) =>
      retry({
        ...ports,
        name: nameOf?.(key),
        backoff: exponential({ maxMs: 10_000 }),
        maxElapsedMs: 60_000,
        budget: retryBudget({ observer: ports.observer, clock: ports.clock }),
      }),
    { clock: ports.clock },
  );

// The first open time is within the backoff's limit, so that calls live through a server's restart;
// later ones are not, so that calls fail at once while a server stays down.
const guarded = (ports: Ports, nameOf: NameOf): Policy =>
  wrap(
    patient(ports, nameOf),
    perKey(
      (key) =>
        circuitBreaker({
          ...ports,
          name: nameOf?.(key),
          openMs: exponential({ baseMs: 5_000, factor: 3, maxMs: 60_000, jitter: 'none' }),
        }),
      { clock: ports.clock },
    ),
  );

/**
 * A policy by its name: `simple` (one attempt), `exponential` (three, with a budget that all calls
 * of one key share) or `circuit-breaker` (the same around one breaker per key).
 * @throws ConfigError for an unknown name or a wrong option.
 */
export function strategy(name: StrategyName, options: StrategyOptions = {}): Policy {
  check('strategy', name, oneOf('simple', 'exponential', 'circuit-breaker'));
  checkOptions('strategy', options, {
    nameOf: callback,
    observer: callback,
    clock: clockRule(),
    random: callback,
  });
  const { nameOf, ...ports } = options;
  switch (name) {
    case 'simple':
      return simple(ports);
    case 'exponential':
      return patient(ports, nameOf);
    case 'circuit-breaker':
      return guarded(ports, nameOf);
  }
}
