import { describe, expect, it } from 'vitest';
import {
  bulkhead,
  ConfigError,
  circuitBreaker,
  constant,
  exponential,
  fallback,
  hedge,
  perKey,
  retry,
  retryBudget,
  sequence,
  strategy,
  timeout,
  wrap,
} from '../src/index.js';

/** Built from JavaScript, where nothing checks the types. */
const built = {
  retry,
  timeout: (options: object) => timeout({ timeoutMs: 1, ...options }),
  circuitBreaker,
  failureRate: (options: object) =>
    circuitBreaker({
      failureRate: { threshold: 0.5, windowMs: 1, minimumCalls: 1, ...options },
    }),
  bulkhead,
  hedge: (options: object) => hedge({ delayMs: 1, ...options }),
  retryBudget,
  fallback: (options: object) => fallback({ to: () => 1, ...options }),
  perKey: (options: object) => perKey(() => retry(), options),
  exponential,
  strategy: (options: object) => strategy('exponential', options),
} as Record<string, (options: never) => unknown>;

const count = [-1, 1.5, Number.NaN, '3', null, {}, true];
const duration = [-1, Number.NaN, Number.NEGATIVE_INFINITY, '100', null, [], new Date()];
const callback = [null, 'x', 7, {}];
const object = [null, 'x', 7, () => {}, {}];
const amount = [-1, Number.NaN, Number.POSITIVE_INFINITY, '1'];
const share = [-0.1, 1, Number.NaN, '0.5'];

const wrong: Record<string, Record<string, unknown[]>> = {
  retry: {
    attempts: [0, ...count],
    backoff: object,
    maxElapsedMs: duration,
    retryIf: callback,
    onRetry: callback,
    budget: object,
    name: [7, {}],
    observer: callback,
    clock: object,
    random: callback,
  },
  timeout: { timeoutMs: [undefined, ...duration], graceMs: duration, clock: object },
  circuitBreaker: {
    consecutive: [0, ...count],
    failureRate: [null, 'x', 7, []],
    openMs: [...duration, {}],
    probes: [0, Number.POSITIVE_INFINITY, ...count],
    probeThreshold: share,
    probeTimeoutMs: duration,
    maxWaiting: count,
    isFailure: callback,
    state: [
      null,
      'open',
      {},
      [],
      ...[
        { state: 'half-open' },
        { remainingMs: -1 },
        { remainingMs: null },
        { openings: 1.5 },
        { lastOpenMs: -1 },
        { lastOpenMs: null, remainingMs: null },
        { failuresInRow: '1' },
        { window: {} },
        { window: [[0, 1]] },
        { window: [[0, 1, 1.5]] },
        { window: [[0, 1, -1]] },
      ].map((change) => ({ ...circuitBreaker().toJSON(), ...change })),
    ],
    name: [7],
    observer: callback,
    clock: object,
    random: callback,
  },
  failureRate: {
    threshold: [undefined, ...share],
    windowMs: [undefined, 0, Number.POSITIVE_INFINITY, ...duration],
    minimumCalls: [undefined, 0, ...count],
  },
  bulkhead: { limit: [0, ...count], queue: count },
  hedge: { delayMs: [undefined, ...duration], budget: object, clock: object },
  retryBudget: {
    capacity: amount,
    retryCost: amount,
    timeoutCost: amount,
    successReward: amount,
    failureCost: amount,
    reserve: amount,
    name: [7],
    observer: callback,
    clock: object,
  },
  fallback: { to: [undefined, ...callback], when: callback },
  perKey: { maxKeys: [0, ...count], idleMs: duration, clock: object },
  exponential: {
    baseMs: [Number.POSITIVE_INFINITY, ...duration],
    factor: [Number.NaN, Number.POSITIVE_INFINITY, '2', null],
    maxMs: duration,
    jitter: ['half', '', null, 7, ['full']],
  },
  strategy: { nameOf: callback, observer: callback, clock: object, random: callback },
};

const caught = (build: () => unknown): unknown => {
  try {
    build();
  } catch (error) {
    return error;
  }
  return undefined;
};

describe.each(Object.keys(wrong))('%s', (owner) => {
  const build = (options: unknown) => caught(() => built[owner]?.(options as never));

  it.each(Object.entries(wrong[owner] ?? {}))(
    '%s: wrong values throw, naming it',
    (option, values) => {
      for (const value of values) {
        const error = build({ [option]: value });
        expect(error, `${option}: ${String(value)}`).toBeInstanceOf(ConfigError);
        expect(error).toMatchObject({ option, code: 'CONFIG', retryable: false });
        expect((error as Error).message).toMatch(new RegExp(`^${option} must be .+, got .+`));
      }
    },
  );

  it('an option that it does not have throws, naming it and those that there are', () => {
    const error = build({ atempts: 3 });
    expect(error).toBeInstanceOf(ConfigError);
    expect(error).toMatchObject({ option: 'atempts' });
    expect((error as Error).message).toContain(`${owner} has no option "atempts", it has `);
    for (const inherited of ['toString', '__proto__x', 'constructor']) {
      expect(build({ [inherited]: 1 })).toMatchObject({ option: inherited });
    }
  });

  it('undefined leaves an option at its default', () => {
    const optional = Object.entries(wrong[owner] ?? {}).filter(
      ([, [first]]) => first !== undefined,
    );
    expect(build(Object.fromEntries(optional.map(([option]) => [option, undefined])))).toBe(
      undefined,
    );
  });
});

it.each(['retry', 'circuitBreaker', 'bulkhead', 'retryBudget', 'exponential'])(
  '%s takes an object of options and nothing else',
  (owner) => {
    for (const options of [null, 3, 'x', () => {}, []]) {
      expect(caught(() => built[owner]?.(options as never))).toBeInstanceOf(ConfigError);
    }
  },
);

it('the message says what was wrong and what would be right', () => {
  const message = (build: () => unknown) => (caught(build) as Error).message;
  expect(message(() => retry({ attempts: -1 }))).toBe(
    'attempts must be a whole number of 1 or more, or Infinity, got -1',
  );
  expect(message(() => exponential({ jitter: 'half' as never }))).toBe(
    'jitter must be one of "full", "equal", "decorrelated", "none", got "half"',
  );
  expect(message(() => retry({ backoff: 100 as never }))).toBe(
    'backoff must be an object with delayMs(), got 100',
  );
});

it('policies, makers and delays are checked too', () => {
  const cases: [() => unknown, string][] = [
    [() => wrap(retry(), {} as never), 'policies[1]'],
    [() => wrap(undefined as never), 'policies[0]'],
    [() => perKey(undefined as never), 'make'],
    [() => constant(-1), 'ms'],
    [() => sequence([]), 'delays'],
    [() => sequence('12' as never), 'delays'],
    [() => sequence([1, Number.NaN]), 'delays[1]'],
    [() => strategy('circuit_breaker' as never), 'strategy'],
    [() => strategy(['simple'] as never), 'strategy'],
  ];
  for (const [build, option] of cases)
    expect(caught(build)).toMatchObject({ code: 'CONFIG', option });
});

it('infinite attempts, delays and limits are allowed', () => {
  const all = Number.POSITIVE_INFINITY;
  retry({ attempts: all, maxElapsedMs: all });
  timeout({ timeoutMs: all });
  bulkhead({ limit: all, queue: all });
  exponential({ maxMs: all });
});
