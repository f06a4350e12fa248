import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import {
  constant,
  type RetryBudgetOptions,
  type RetryEvent,
  retry,
  retryBudget,
} from '../src/index.js';
import { answered, failure, never, notSent, watch } from './calls.js';
import { FakeClock, turn } from './fake-clock.js';

const timeoutError = () => Object.assign(notSent(), { name: 'TimeoutError' });

async function call(budget: ReturnType<typeof retryBudget>, outcomes: unknown[], attempts = 20) {
  const clock = new FakeClock();
  const policy = retry({ attempts, backoff: constant(1), budget, clock });
  let made = 0;
  const seen = watch(
    policy.execute(
      () => {
        const outcome = outcomes[Math.min(made++, outcomes.length - 1)];
        if (outcome instanceof Error) throw outcome;
        return outcome;
      },
      { idempotent: true },
    ),
  );
  await clock.run();
  expect(seen.state).not.toBe('pending');
  return made;
}

describe('the numbers of Smithy', () => {
  it('start 500; a retry takes 5, after a timeout 10', async () => {
    const budget = retryBudget();
    expect(budget.tokens).toBe(500);
    await call(budget, [notSent(), notSent(), answered()]);
    expect(budget.tokens).toBe(490);
    await call(budget, [timeoutError(), answered()]);
    expect(budget.tokens).toBe(480);
  });

  it('a clean success brings 1, never above the capacity', async () => {
    const budget = retryBudget();
    await call(budget, ['ok']);
    expect(budget.tokens).toBe(500);
    await call(budget, [notSent(), answered()]);
    await call(budget, ['ok']);
    expect(budget.tokens).toBe(496);
  });

  it('a success after a retry gives back what that cost', async () => {
    const budget = retryBudget();
    await call(budget, [notSent(), 'ok']);
    expect(budget.tokens).toBe(500);
    await call(budget, [notSent(), timeoutError(), 'ok']);
    expect(budget.tokens).toBe(495);
  });

  it('at 4 left there is no retry', async () => {
    expect(await call(retryBudget({ capacity: 4 }), [notSent()])).toBe(1);
    expect(await call(retryBudget({ capacity: 5 }), [notSent()])).toBe(2);
    expect(await call(retryBudget({ capacity: 9 }), [timeoutError()])).toBe(1);
  });
});

describe('the numbers of gRPC', () => {
  const gRPC: RetryBudgetOptions = {
    capacity: 10,
    retryCost: 0,
    timeoutCost: 0,
    failureCost: 1,
    successReward: 0.1,
    reserve: 5,
  };

  it('a failure takes 1, a success brings 0.1; retry only above 5', async () => {
    const budget = retryBudget(gRPC);
    // 9, 8, 7, 6 allow a retry each; 5 does not.
    expect(await call(budget, [notSent()])).toBe(5);
    expect(budget.tokens).toBe(5);
    await call(budget, ['ok']);
    expect(budget.tokens).toBeCloseTo(5.1);
    // 4.1 is too little.
    expect(await call(budget, [notSent()])).toBe(1);
  });

  it('failures count without a retry too, answered errors do not, and 0 is the least', async () => {
    const budget = retryBudget(gRPC);
    await call(budget, [answered()]);
    expect(budget.tokens).toBe(10);
    for (let time = 0; time < 12; time++) await call(budget, [notSent()], 1);
    expect(budget.tokens).toBe(0);
  });
});

it('is shared: two callers together get what one would', async () => {
  const budget = retryBudget({ capacity: 20 });
  const made = (await call(budget, [notSent()])) + (await call(budget, [notSent()]));
  expect(made).toBe(2 + 20 / 5);
});

it('a server that is down gets no more than the budget on top', async () => {
  const budget = retryBudget();
  let made = 0;
  for (let caller = 0; caller < 1_000; caller++) made += await call(budget, [notSent()], 3);
  expect(made).toBe(1_000 + 500 / 5);
});

it('as a policy runs a call once and books how it ended', async () => {
  const budget = retryBudget({ capacity: 10, failureCost: 2 });
  const error = notSent();
  await expect(budget.execute(() => Promise.reject(error))).rejects.toBe(error);
  expect(budget.tokens).toBe(8);
  expect(await budget.execute(({ attempt }) => attempt)).toBe(1);
  expect(budget.tokens).toBe(9);
  const controller = new AbortController();
  const seen = watch(budget.execute(never, { signal: controller.signal }));
  controller.abort('stop');
  await turn();
  expect([seen.error, budget.tokens]).toEqual(['stop', 9]);
});

it('tells an observer when it refuses', () => {
  const events: RetryEvent[] = [];
  const budget = retryBudget({
    capacity: 4,
    name: 'all',
    clock: new FakeClock(),
    observer: (event) => events.push(event),
  });
  budget.take(failure());
  expect(events).toEqual([{ type: 'budget.spent', at: 1_000, name: 'all', tokens: 4, cost: 5 }]);
});

it('is never overspent and never over-full', () => {
  const amount = fc.double({ min: 0, max: 20, noNaN: true });
  fc.assert(
    fc.property(
      fc.record({
        capacity: amount,
        retryCost: amount,
        timeoutCost: amount,
        successReward: amount,
        failureCost: amount,
        reserve: amount,
      }),
      fc.array(fc.constantFrom('take', 'timeout', 'success', 'failure'), { maxLength: 60 }),
      (options, steps) => {
        const budget = retryBudget(options);
        let cost = 0;
        for (const step of steps) {
          const before = budget.tokens;
          if (step === 'take' || step === 'timeout') {
            const taken = budget.take(step === 'take' ? notSent() : timeoutError());
            expect(budget.tokens).toBe(before - (taken ?? 0));
            if (taken !== undefined) expect(before).toBeGreaterThan(options.reserve);
            cost = taken ?? cost;
          } else if (step === 'success') budget.success(cost);
          else budget.failure(notSent());
          expect(budget.tokens).toBeGreaterThanOrEqual(0);
          expect(budget.tokens).toBeLessThanOrEqual(options.capacity);
        }
      },
    ),
  );
});

describe('a retry that never happens gives back what was paid for it', () => {
  const ways: [string, (clock: FakeClock, stop: () => void) => object, number][] = [
    ['an abort in the wait', (clock, stop) => ({ onRetry: () => clock.setTimeout(stop, 5) }), 10],
    [
      'a hook that throws',
      () => ({
        onRetry: () => {
          throw new Error('enough');
        },
      }),
      10,
    ],
    [
      'a deadline passed in the hook',
      (clock) => ({ onRetry: () => clock.skip(100), maxElapsedMs: 50 }),
      10,
    ],
  ];
  it.each(ways)('%s', async (_, options, capacity) => {
    const clock = new FakeClock();
    const controller = new AbortController();
    const budget = retryBudget({ capacity });
    const policy = retry({
      backoff: constant(10),
      budget,
      clock,
      ...options(clock, () => controller.abort('stop')),
    });
    let made = 0;
    const fn = () => {
      made++;
      throw notSent();
    };
    const seen = watch(policy.execute(fn, { signal: controller.signal }));
    await clock.run();
    expect([seen.state, made, budget.tokens]).toEqual(['rejected', 1, 10]);
  });

  it('but one that began does not', async () => {
    const budget = retryBudget();
    await call(budget, [notSent(), notSent(), answered()]);
    expect(budget.tokens).toBe(490);
  });
});

describe('a budget that throws breaks no call', () => {
  const broken = () => {
    throw failure({ delivery: 'not-sent' }, 'broken budget');
  };
  const sound = { take: () => 1, success: () => {}, failure: () => {} };

  it('a call that succeeded is not made again', async () => {
    const clock = new FakeClock();
    const fn = vi.fn(() => 'done');
    const policy = retry({ backoff: constant(1), clock, budget: { ...sound, success: broken } });
    const seen = watch(policy.execute(fn));
    await clock.run();
    expect([seen.value, fn.mock.calls.length]).toEqual(['done', 1]);
  });

  it('one that failed keeps its error; a broken `take` pays for nothing', async () => {
    const error = notSent();
    for (const [method, attempts] of [
      ['failure', 3],
      ['take', 1],
    ] as const) {
      const clock = new FakeClock();
      const fn = vi.fn(() => Promise.reject(error));
      const budget = { ...sound, [method]: broken };
      const seen = watch(retry({ backoff: constant(1), clock, budget }).execute(fn));
      await clock.run();
      expect([seen.error, fn.mock.calls.length]).toEqual([error, attempts]);
    }
  });
});
