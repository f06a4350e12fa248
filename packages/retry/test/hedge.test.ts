import { describe, expect, it, vi } from 'vitest';
import { hedge, retryBudget } from '../src/index.js';
import { countingSignal, deferred, never, notSent, unknown, watch } from './calls.js';
import { FakeClock, turn } from './fake-clock.js';

function build(options = {}, call: object = { idempotent: true }) {
  const clock = new FakeClock();
  const policy = hedge({ delayMs: 100, clock, ...options });
  const tries: { end: ReturnType<typeof deferred<string>>; signal: AbortSignal }[] = [];
  const seen = watch(
    policy.execute(({ signal }) => {
      const end = deferred();
      tries.push({ end, signal });
      return end.promise;
    }, call),
  );
  return { clock, tries, seen };
}

it('a fast call is made once', async () => {
  const { clock, tries, seen } = build();
  await clock.advance(99);
  tries[0]?.end.resolve('first');
  await clock.run();
  expect([tries.length, seen.value, clock.timers]).toEqual([1, 'first', 0]);
});

it('a slow one twice: the first success wins, the loser is aborted', async () => {
  const { clock, tries, seen } = build();
  await clock.advance(100);
  expect(tries.length).toBe(2);
  tries[1]?.end.resolve('second');
  await turn();
  expect(seen.value).toBe('second');
  expect(tries.map(({ signal }) => signal.aborted)).toEqual([true, false]);
  await clock.run();
  expect(tries.length).toBe(2);
});

it("a loser's late error is swallowed", async () => {
  const unhandled = vi.fn();
  process.on('unhandledRejection', unhandled);
  const { clock, tries, seen } = build();
  await clock.advance(100);
  tries[0]?.end.resolve('first');
  await turn();
  tries[1]?.end.reject(new Error('late'));
  await turn();
  await turn();
  process.off('unhandledRejection', unhandled);
  expect(seen.value).toBe('first');
  expect(unhandled).not.toHaveBeenCalled();
});

it.each([
  ['nothing said', {}],
  ['false', { idempotent: false }],
  ['a look-up that says no', { idempotent: async () => false }],
  [
    'a look-up that fails',
    {
      idempotent: () => {
        throw new Error('x');
      },
    },
  ],
])('no second try unless idempotent: %s', async (_, call) => {
  const { clock, tries } = build({}, call);
  await clock.run();
  expect(tries.length).toBe(1);
});

it('a look-up is asked when the delay has passed, and not before', async () => {
  const idempotent = vi.fn(async () => true);
  const { clock, tries } = build({}, { idempotent });
  await clock.advance(99);
  expect(idempotent).not.toHaveBeenCalled();
  await clock.advance(1);
  expect(idempotent.mock.calls).toEqual([[undefined]]);
  expect(tries.length).toBe(2);
});

it('a look-up that answers after the end starts nothing', async () => {
  const answer = deferred<boolean>();
  const { clock, tries } = build({}, { idempotent: () => answer.promise });
  await clock.advance(100);
  tries[0]?.end.resolve('first');
  await turn();
  answer.resolve(true);
  await turn();
  expect(tries.length).toBe(1);
});

describe('failures', () => {
  it('before the second try are the answer: to try again is for retry', async () => {
    const { clock, tries, seen } = build();
    const error = notSent();
    tries[0]?.end.reject(error);
    await turn();
    expect(seen.error).toBe(error);
    expect(clock.timers).toBe(0);
  });

  it('of one leave the call to the other', async () => {
    const { clock, tries, seen } = build();
    await clock.advance(100);
    tries[0]?.end.reject(notSent());
    await turn();
    expect(seen.state).toBe('pending');
    tries[1]?.end.resolve('second');
    await turn();
    expect(seen.value).toBe('second');
  });

  it('of both: the first that failed', async () => {
    const { clock, tries, seen } = build();
    const [late, early] = [notSent(), unknown()];
    await clock.advance(100);
    tries[1]?.end.reject(early);
    tries[0]?.end.reject(late);
    await turn();
    expect(seen.error).toBe(early);
  });
});

it('an abort ends both tries at once and leaves nothing behind', async () => {
  const counting = countingSignal();
  const { clock, tries, seen } = build({}, { idempotent: true, signal: counting.signal });
  await clock.advance(100);
  counting.abort('stop');
  await turn();
  expect(seen.error).toBe('stop');
  expect(tries.map(({ signal }) => signal.reason)).toEqual(['stop', 'stop']);
  expect([clock.timers, counting.listeners]).toEqual([0, 0]);
});

it('an abort in the delay starts no second try', async () => {
  const counting = countingSignal();
  const { clock, tries } = build({}, { idempotent: true, signal: counting.signal });
  counting.abort('stop');
  await clock.run();
  expect([tries.length, clock.timers]).toEqual([1, 0]);
});

it('a budget that is spent allows no second try; an unhedged success pays in', async () => {
  const budget = retryBudget({ capacity: 6 });
  const first = build({ budget });
  await first.clock.advance(100);
  expect([first.tries.length, budget.tokens]).toEqual([2, 1]);
  first.tries[1]?.end.resolve('ok');
  await turn();
  expect(budget.tokens).toBe(1);
  const second = build({ budget });
  await second.clock.advance(100);
  expect(second.tries.length).toBe(1);
  second.tries[0]?.end.resolve('ok');
  await turn();
  expect(budget.tokens).toBe(2);
});

it('a budget that throws pays for nothing and breaks nothing', async () => {
  const budget = {
    take: () => {
      throw new Error('broken');
    },
    success: () => {},
    failure: () => {},
  };
  const { clock, tries, seen } = build({ budget });
  await clock.advance(100);
  tries[0]?.end.resolve('ok');
  await turn();
  expect([tries.length, seen.value]).toEqual([1, 'ok']);
});

it('fn that throws, throws no Error, or answers with a value', async () => {
  const policy = hedge({ delayMs: 5, clock: new FakeClock() });
  const run = (fn: () => unknown) => watch(policy.execute(fn));
  const [thrown, value] = [
    run(() => {
      throw 'boom';
    }),
    run(() => 7),
  ];
  await turn();
  expect([thrown.error, value.value]).toEqual(['boom', 7]);
});

it('never without an end: an abort ends it', async () => {
  const controller = new AbortController();
  const policy = hedge({ delayMs: 5, clock: new FakeClock() });
  const seen = watch(policy.execute(never, { signal: controller.signal }));
  controller.abort('stop');
  await turn();
  expect(seen.error).toBe('stop');
});

it.each(['success', 'failure'] as const)(
  'a budget whose %s throws leaves the outcome alone, and no rejection behind',
  async (method) => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    const budget = {
      take: () => 1,
      success: () => {},
      failure: () => {},
      [method]: () => {
        throw new Error('broken');
      },
    };
    const [good, bad] = [build({ budget }), build({ budget })];
    const error = notSent();
    good.tries[0]?.end.resolve('ok');
    bad.tries[0]?.end.reject(error);
    await turn();
    await turn();
    process.off('unhandledRejection', unhandled);
    expect([good.seen.value, bad.seen.error]).toEqual(['ok', error]);
    expect(unhandled).not.toHaveBeenCalled();
    expect([good.clock.timers, bad.clock.timers]).toEqual([0, 0]);
  },
);
