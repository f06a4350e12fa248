import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import {
  constant,
  defaultRetryIf,
  exponential,
  type RetryEvent,
  type RetryOptions,
  retry,
  retryBudget,
} from '../src/index.js';
import { answered, countingSignal, failure, never, notSent, unknown, watch } from './calls.js';
import { FakeClock, turn } from './fake-clock.js';

const build = (options: RetryOptions = {}) => {
  const clock = new FakeClock();
  return { clock, policy: retry({ backoff: constant(10), clock, ...options }) };
};

/** Runs a call that always fails; how many attempts that took, and what the caller got. */
async function attemptsFor(error: unknown, options?: RetryOptions, call = {}) {
  const { clock, policy } = build(options);
  let attempts = 0;
  const seen = watch(
    policy.execute(() => {
      attempts++;
      throw error;
    }, call),
  );
  await clock.run();
  return { attempts, seen, clock };
}

describe('the default rule', () => {
  const table: [string, unknown, object, number][] = [
    ['not-sent is tried again', notSent(), {}, 3],
    ['unknown is not', unknown(), {}, 1],
    ['unknown is, if idempotent', unknown(), { idempotent: true }, 3],
    ['unknown is not, if a look-up says no', unknown(), { idempotent: () => false }, 1],
    ['unknown is, if a look-up says so', unknown(), { idempotent: async () => true }, 3],
    ['a truthy answer is no yes', unknown(), { idempotent: async () => 'yes' as never }, 1],
    ['answered is not', answered(), { idempotent: true }, 1],
    ['answered is, if retryable', failure({ delivery: 'answered', retryable: true }), {}, 3],
    ['retryable: false never', failure({ delivery: 'not-sent', retryable: false }), {}, 1],
    ['no delivery, no retry', failure({ retryable: true }), { idempotent: true }, 1],
    ['an unknown delivery, no retry', failure({ delivery: 'lost' as never }), {}, 1],
    ['an abort never', new DOMException('gone', 'AbortError'), { idempotent: true }, 1],
    ['a string', 'boom', { idempotent: true }, 1],
    ['undefined', undefined, { idempotent: true }, 1],
    ['null', null, { idempotent: true }, 1],
  ];
  it.each(table)('%s', async (_, error, call, attempts) => {
    const result = await attemptsFor(error, {}, call);
    expect(result.attempts).toBe(attempts);
    expect(result.seen).toEqual({ state: 'rejected', error });
    expect(result.clock.timers).toBe(0);
  });

  it('asks a look-up only about an outcome that is unknown, and with that error', async () => {
    const idempotent = vi.fn(() => true);
    await attemptsFor(notSent(), {}, { idempotent });
    expect(idempotent).not.toHaveBeenCalled();
    const error = unknown();
    await attemptsFor(error, { attempts: 2 }, { idempotent });
    expect(idempotent.mock.calls).toEqual([[error]]);
  });

  it.each([
    () => {
      throw new Error('no list');
    },
    async () => {
      throw new Error('no list');
    },
  ])('a look-up that fails means no, and the call keeps its own error', async (idempotent) => {
    const error = unknown();
    const result = await attemptsFor(error, {}, { idempotent });
    expect(result.attempts).toBe(1);
    expect(result.seen.error).toBe(error);
  });

  it('can be extended', async () => {
    const retryIf: RetryOptions['retryIf'] = (error, context) =>
      error === 'boom' || defaultRetryIf(error, context);
    expect((await attemptsFor('boom', { retryIf })).attempts).toBe(3);
    expect((await attemptsFor(notSent(), { retryIf })).attempts).toBe(3);
    expect((await attemptsFor('other', { retryIf })).attempts).toBe(1);
  });
});

describe('attempts', () => {
  it('are counted from 1 and end with the first success', async () => {
    const { clock, policy } = build({ attempts: 5 });
    const seen: number[] = [];
    const result = watch(
      policy.execute(({ attempt }) => {
        seen.push(attempt);
        if (attempt < 3) throw notSent();
        return 'done';
      }),
    );
    await clock.run();
    expect(seen).toEqual([1, 2, 3]);
    expect(result.value).toBe('done');
  });

  it('may be without end', async () => {
    const { clock, policy } = build({ attempts: Number.POSITIVE_INFINITY });
    const result = watch(
      policy.execute(({ attempt }) => (attempt < 500 ? Promise.reject(notSent()) : attempt)),
    );
    await clock.run();
    expect(result.value).toBe(500);
  });

  it('one attempt reports its failure once', async () => {
    const events: RetryEvent[] = [];
    const { attempts } = await attemptsFor(notSent(), {
      attempts: 1,
      observer: (event) => events.push(event),
    });
    expect(attempts).toBe(1);
    expect(events.map(({ type }) => type)).toEqual(['retry.attempt', 'retry.gave-up']);
    expect(events[1]).toMatchObject({ reason: 'attempts', attempt: 1 });
  });

  it('the context carries the key and the idempotence of the call', async () => {
    const { policy } = build();
    const context = await policy.execute((given) => given, { key: 'a', idempotent: true });
    expect(context).toMatchObject({ key: 'a', idempotent: true, attempt: 1 });
    expect(context.signal.aborted).toBe(false);
  });

  it("a context's signal is one and the same, also in a copy", async () => {
    const { policy } = build();
    await policy.execute((context) => {
      const copy = { ...context };
      expect(copy.signal).toBeInstanceOf(AbortSignal);
      expect(copy.signal).toBe(context.signal);
    });
  });

  it.each([
    ['a value', () => 7, 7],
    ['a promise', async () => 7, 7],
    // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested
    ['a thenable', () => ({ then: (yes: (value: number) => void) => yes(7) }), 7],
  ])('fn may answer with %s', async (_, fn, value) => {
    expect(await build().policy.execute(fn as () => number)).toBe(value);
  });
});

describe('the deadline', () => {
  it('lets no attempt start after it, but one at it', async () => {
    const at = async (maxElapsedMs: number) =>
      (await attemptsFor(notSent(), { attempts: 10, maxElapsedMs })).attempts;
    expect([await at(0), await at(9), await at(10), await at(29), await at(30)]).toEqual([
      1, 1, 2, 3, 4,
    ]);
  });

  it('ends the call at once when the wait would pass it', async () => {
    const error = failure({ delivery: 'not-sent', retryAfterMs: 1_001 });
    const { clock, policy } = build({ maxElapsedMs: 1_000 });
    const seen = watch(policy.execute(() => Promise.reject(error)));
    await turn();
    expect(seen).toEqual({ state: 'rejected', error });
    expect(clock.timers).toBe(0);
  });

  it('counts the time spent in the hook', async () => {
    const clock = new FakeClock();
    const onRetry = vi.fn(() => clock.skip(95));
    const policy = retry({ backoff: constant(10), clock, maxElapsedMs: 100, onRetry });
    const fn = vi.fn(() => Promise.reject(notSent()));
    const seen = watch(policy.execute(fn));
    await turn();
    expect([seen.state, clock.timers]).toEqual(['rejected', 0]);
    expect([fn.mock.calls.length, onRetry.mock.calls.length]).toEqual([1, 1]);
  });

  it('holds when a timer fires late', async () => {
    const clock = new FakeClock();
    const { attempts } = await attemptsOn(clock, { maxElapsedMs: 100 }, async () => {
      clock.skip(150);
    });
    expect(attempts).toBe(1);
  });

  async function attemptsOn(
    clock: FakeClock,
    options: RetryOptions,
    meanwhile: () => Promise<void> = async () => {},
  ) {
    const policy = retry({ backoff: constant(10), clock, ...options });
    let attempts = 0;
    const seen = watch(
      policy.execute(() => {
        attempts++;
        throw notSent();
      }),
    );
    await turn();
    await meanwhile();
    await clock.run();
    expect(seen.state).toBe('rejected');
    return { attempts };
  }

  it('holds for any delays and any time that attempts take', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(500),
        fc.array(fc.nat(100), { minLength: 1, maxLength: 8 }),
        fc.array(fc.nat(100), { minLength: 1, maxLength: 8 }),
        async (maxElapsedMs, waits, takes) => {
          const clock = new FakeClock(0);
          const starts: number[] = [];
          const policy = retry({
            attempts: 20,
            maxElapsedMs,
            clock,
            backoff: { delayMs: ({ retry }) => waits[retry % waits.length] ?? 0 },
          });
          const seen = watch(
            policy.execute(({ attempt }) => {
              starts.push(clock.now());
              clock.skip(takes[attempt % takes.length] ?? 0);
              throw notSent();
            }),
          );
          await clock.run();
          expect(seen.state).toBe('rejected');
          expect(starts.every((at) => at <= maxElapsedMs)).toBe(true);
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('the hook', () => {
  it('is told the failed attempt, its error and the next delay', async () => {
    const onRetry = vi.fn();
    const error = notSent();
    await attemptsFor(error, { onRetry, backoff: exponential({ baseMs: 100, jitter: 'none' }) });
    expect(onRetry.mock.calls).toEqual([
      [{ attempt: 1, delayMs: 100, error }],
      [{ attempt: 2, delayMs: 200, error }],
    ]);
  });

  it.each(['onRetry', 'retryIf'] as const)('an %s that throws ends the call', async (name) => {
    const error = new Error('enough');
    const events: RetryEvent[] = [];
    const result = await attemptsFor(notSent(), {
      [name]: () => {
        throw error;
      },
      observer: (event) => events.push(event),
    });
    expect(result.attempts).toBe(1);
    expect(result.seen.error).toBe(error);
    expect(events.at(-1)).toMatchObject({ type: 'retry.gave-up', reason: 'hook', error });
  });

  it('is awaited before the wait starts', async () => {
    let letGo = () => {};
    const { clock, policy } = build({
      attempts: 2,
      onRetry: () =>
        new Promise<void>((resolve) => {
          letGo = resolve;
        }),
    });
    const seen = watch(policy.execute(() => Promise.reject(notSent())));
    await clock.advance(100);
    expect([seen.state, clock.timers]).toEqual(['pending', 0]);
    letGo();
    await clock.advance(10);
    expect(seen.state).toBe('rejected');
  });
});

describe('an abort', () => {
  it('before the call means no attempt, and its reason is thrown', async () => {
    const reason = { why: 'gone' };
    const fn = vi.fn();
    const seen = watch(build().policy.execute(fn, { signal: AbortSignal.abort(reason) }));
    await turn();
    expect(fn).not.toHaveBeenCalled();
    expect(seen.error).toBe(reason);
  });

  const stages = {
    'in an attempt that ignores it': { fn: never, options: {} },
    'in the wait': { fn: () => Promise.reject(notSent()), options: {} },
    'in a hook that hangs': { fn: () => Promise.reject(notSent()), options: { onRetry: never } },
    'in a decision that hangs': {
      fn: () => Promise.reject(notSent()),
      options: { retryIf: never },
    },
    'in a look-up that hangs': {
      fn: () => Promise.reject(unknown()),
      options: {},
      call: { idempotent: never },
    },
  };
  it.each(Object.entries(stages))('%s settles at once', async (_, stage) => {
    const events: RetryEvent[] = [];
    const { clock, policy } = build({ ...stage.options, observer: (event) => events.push(event) });
    const counting = countingSignal();
    const call = 'call' in stage ? stage.call : {};
    const seen = watch(policy.execute(stage.fn, { ...call, signal: counting.signal }));
    await turn();
    expect(seen.state).toBe('pending');
    counting.abort('stop');
    await turn();
    expect(seen).toEqual({ state: 'rejected', error: 'stop' });
    expect([clock.timers, counting.listeners]).toEqual([0, 0]);
    expect(events.at(-1)).toMatchObject({ type: 'retry.gave-up', reason: 'aborted' });
    const count = events.length;
    await clock.advance(100_000);
    expect(events.length).toBe(count);
  });

  it('that comes as an attempt fails is what the call ends with', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    // The retry stops listening at the very moment that the attempt has failed.
    const remove = signal.removeEventListener.bind(signal);
    signal.removeEventListener = (type: string, listener: never) => {
      remove(type, listener);
      controller.abort('stop');
    };
    const { clock, policy } = build();
    const fn = vi.fn(async () => {
      throw notSent();
    });
    const seen = watch(policy.execute(fn, { signal }));
    await clock.run();
    expect([seen.error, fn.mock.calls.length]).toEqual(['stop', 1]);
  });

  it('leaves no listener on a signal that lives on', async () => {
    const counting = countingSignal();
    const { clock, policy } = build();
    const seen = watch(
      policy.execute(
        ({ attempt }) => {
          expect(counting.listeners).toBeLessThanOrEqual(1);
          if (attempt < 3) throw notSent();
        },
        { signal: counting.signal },
      ),
    );
    await clock.run();
    expect([seen.state, counting.listeners]).toEqual(['resolved', 0]);
  });

  it('at any time settles at once and leaves no timer and no listener', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(60), fc.array(fc.nat(20), { maxLength: 5 }), async (at, waits) => {
        const clock = new FakeClock();
        const counting = countingSignal();
        const policy = retry({
          attempts: waits.length + 1,
          clock,
          backoff: { delayMs: ({ retry }) => waits[retry - 1] ?? 0 },
        });
        const seen = watch(
          policy.execute(
            ({ attempt }) => (attempt > waits.length ? never() : Promise.reject(notSent())),
            { signal: counting.signal },
          ),
        );
        await clock.advance(at);
        expect(seen.state).toBe('pending');
        counting.abort('stop');
        await turn();
        expect(seen.error).toBe('stop');
        expect([clock.timers, counting.listeners]).toEqual([0, 0]);
      }),
      { numRuns: 50 },
    );
  });
});

describe('a delay that no timer holds', () => {
  it.each([2 ** 31, 2 ** 32 + 5])('%d ms passes in steps', async (delayMs) => {
    const { clock, policy } = build({ backoff: constant(delayMs), attempts: 2 });
    const startedAt = clock.now();
    const starts: number[] = [];
    const seen = watch(
      policy.execute(() => {
        starts.push(clock.now() - startedAt);
        throw notSent();
      }),
    );
    await clock.run();
    expect(starts).toEqual([0, delayMs]);
    expect(seen.state).toBe('rejected');
  });

  it('Infinity waits until the caller gives up', async () => {
    const { clock, policy } = build({ backoff: constant(Number.POSITIVE_INFINITY) });
    const fn = vi.fn(() => Promise.reject(notSent()));
    const controller = new AbortController();
    const seen = watch(policy.execute(fn, { signal: controller.signal }));
    await clock.advance(2 ** 40);
    expect([fn.mock.calls.length, seen.state]).toEqual([1, 'pending']);
    controller.abort('stop');
    await turn();
    expect(seen.error).toBe('stop');
  });

  it('a backoff of nonsense is no wait', async () => {
    for (const delayMs of [Number.NaN, -5]) {
      const onRetry = vi.fn();
      await attemptsFor(notSent(), { backoff: { delayMs: () => delayMs }, onRetry });
      expect(onRetry.mock.calls.map(([notice]) => notice.delayMs)).toEqual([0, 0]);
    }
  });
});

describe('events', () => {
  it('tell one call from start to end, under one id', async () => {
    const events: RetryEvent[] = [];
    const error = notSent();
    const { clock } = await attemptsFor(error, {
      attempts: 2,
      name: 'calls',
      observer: (event) => events.push(event),
    });
    const id = (events[0] as { id: number }).id;
    const name = 'calls';
    expect(events).toEqual([
      { type: 'retry.attempt', at: 1_000, name, id, attempt: 1 },
      { type: 'retry.scheduled', at: 1_000, name, id, attempt: 1, delayMs: 10, error },
      { type: 'retry.attempt', at: 1_010, name, id, attempt: 2 },
      {
        type: 'retry.gave-up',
        at: clock.now(),
        name,
        id,
        attempt: 2,
        elapsedMs: 10,
        reason: 'attempts',
        error,
      },
    ]);
  });

  it('two calls have two ids', async () => {
    const ids = new Set<number>();
    const policy = retry({ observer: (event) => 'id' in event && ids.add(event.id) });
    await Promise.all([policy.execute(() => 1), policy.execute(() => 2)]);
    expect(ids.size).toBe(2);
  });

  const why: [string, RetryOptions, Error][] = [
    ['attempts', { attempts: 1 }, notSent()],
    ['not-retryable', {}, answered()],
    [
      'retry-after',
      { backoff: exponential() },
      failure({ delivery: 'not-sent', retryAfterMs: 1e9 }),
    ],
    ['deadline', { maxElapsedMs: 5 }, notSent()],
    ['budget', { budget: retryBudget({ capacity: 4 }) }, notSent()],
  ];
  it.each(why)('gave-up says why: %s', async (reason, options, error) => {
    const events: RetryEvent[] = [];
    await attemptsFor(error, { ...options, observer: (event) => events.push(event) });
    expect(events.at(-1)).toMatchObject({ type: 'retry.gave-up', reason });
  });

  it('an observer that throws breaks nobody', async () => {
    const observer = () => {
      throw new Error('broken observer');
    };
    expect((await attemptsFor(notSent(), { observer })).attempts).toBe(3);
  });
});
