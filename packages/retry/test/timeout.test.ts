import { describe, expect, it } from 'vitest';
import { constant, isTimeoutError, retry, TimeoutError, timeout, wrap } from '../src/index.js';
import { countingSignal, deferred, failure, never, notSent, unknown, watch } from './calls.js';
import { FakeClock, turn } from './fake-clock.js';

const build = (timeoutMs: number, graceMs?: number) => {
  const clock = new FakeClock();
  return { clock, policy: timeout({ timeoutMs, graceMs, clock }) };
};

describe('a call in time', () => {
  it('passes its value and leaves no timer', async () => {
    const { clock, policy } = build(100);
    const call = deferred();
    const seen = watch(policy.execute(() => call.promise));
    await clock.advance(99);
    expect([seen.state, clock.timers]).toEqual(['pending', 1]);
    call.resolve('done');
    await turn();
    expect(seen.value).toBe('done');
    expect(clock.timers).toBe(0);
  });

  it.each([
    ['an error', new Error('x')],
    ['a string', 'boom'],
    ['undefined', undefined],
  ])('passes %s as it is', async (_, error) => {
    const { clock, policy } = build(100);
    const thrown = watch(
      policy.execute(() => {
        throw error;
      }),
    );
    const rejected = watch(policy.execute(() => Promise.reject(error)));
    await turn();
    expect(thrown).toEqual({ state: 'rejected', error });
    expect(rejected).toEqual({ state: 'rejected', error });
    expect(clock.timers).toBe(0);
  });

  it.each([0, Number.POSITIVE_INFINITY])(
    'may take for ever with %d, at the cost of no timer',
    async (timeoutMs) => {
      const { clock, policy } = build(timeoutMs);
      const seen = watch(policy.execute(never));
      expect(clock.timers).toBe(0);
      await clock.advance(2 ** 40);
      expect(seen.state).toBe('pending');
    },
  );

  it('a timeout of more than 2^31-1 ms does not fire at once', async () => {
    const { clock, policy } = build(2 ** 31 + 10);
    const seen = watch(policy.execute(never));
    await clock.advance(2 ** 31 + 9);
    expect(seen.state).toBe('pending');
    await clock.advance(1);
    expect(isTimeoutError(seen.error)).toBe(true);
  });
});

describe('a call that takes too long', () => {
  it('is aborted, with the error as the reason', async () => {
    const { clock, policy } = build(100);
    let reason: unknown;
    const seen = watch(
      policy.execute(({ signal }) => {
        signal.addEventListener('abort', () => {
          reason = signal.reason;
        });
        return never();
      }),
    );
    await clock.advance(100);
    expect(seen.error).toBeInstanceOf(TimeoutError);
    expect(seen.error).toMatchObject({ delivery: 'unknown', timeoutMs: 100 });
    expect(reason).toBe(seen.error);
    expect(clock.timers).toBe(0);
  });

  it('a signal first read after that is aborted', async () => {
    const { clock, policy } = build(100, 50);
    let late: AbortSignal | undefined;
    const seen = watch(
      policy.execute((context) => {
        clock.setTimeout(() => {
          late = context.signal;
        }, 120);
        return never();
      }),
    );
    await clock.run();
    expect(late?.aborted).toBe(true);
    expect(late?.reason).toBe(seen.error);
  });

  it('lends the timeout its delivery, and all else that retry goes by', async () => {
    const { clock, policy } = build(100);
    const cause = failure({ delivery: 'not-sent', retryable: false, retryAfterMs: 70 });
    const seen = watch(
      policy.execute(
        ({ signal }) =>
          new Promise((_, reject) => signal.addEventListener('abort', () => reject(cause))),
      ),
    );
    await clock.advance(100);
    expect(seen.error).toBeInstanceOf(TimeoutError);
    expect(seen.error).toMatchObject({
      cause,
      delivery: 'not-sent',
      retryable: false,
      retryAfterMs: 70,
    });
  });

  it('that rejects with its reason rejects with just that', async () => {
    const { clock, policy } = build(100);
    let reason: unknown;
    const seen = watch(
      policy.execute(
        ({ signal }) =>
          new Promise((_, reject) =>
            signal.addEventListener('abort', () => {
              reason = signal.reason;
              reject(reason);
            }),
          ),
      ),
    );
    await clock.advance(100);
    expect(seen.error).toBe(reason);
    expect(seen.error).not.toHaveProperty('cause');
  });

  it('an abort error of its own adds nothing', async () => {
    const { clock, policy } = build(100);
    const seen = watch(
      policy.execute(
        ({ signal }) =>
          new Promise((_, reject) =>
            signal.addEventListener('abort', () => reject(new DOMException('x', 'AbortError'))),
          ),
      ),
    );
    await clock.advance(100);
    expect(seen.error).toMatchObject({ name: 'TimeoutError', delivery: 'unknown' });
    expect(seen.error).not.toHaveProperty('cause');
  });

  it('has graceMs to say what became of it; a value is still a value', async () => {
    const { clock, policy } = build(100, 30);
    const [good, bad, silent] = [deferred(), deferred(), deferred()];
    const calls = [good, bad, silent].map((call) => watch(policy.execute(() => call.promise)));
    await clock.advance(129);
    expect(calls.map(({ state }) => state)).toEqual(['pending', 'pending', 'pending']);
    good.resolve('just made it');
    bad.reject(notSent());
    await turn();
    expect(calls[0]?.value).toBe('just made it');
    expect(calls[1]?.error).toMatchObject({ name: 'TimeoutError', delivery: 'not-sent' });
    await clock.advance(1);
    expect(calls[2]?.error).toMatchObject({ name: 'TimeoutError', delivery: 'unknown' });
    silent.reject(unknown());
    await turn();
    expect(clock.timers).toBe(0);
  });

  it('inside a retry, each attempt has the time anew; outside of it, all together', async () => {
    const clock = new FakeClock();
    const patient = retry({ attempts: 3, backoff: constant(10), clock });
    const limit = timeout({ timeoutMs: 100, clock });
    const run = async (policy: typeof limit) => {
      const startedAt = clock.now();
      const starts: number[] = [];
      const seen = watch(
        policy.execute(
          () => {
            starts.push(clock.now() - startedAt);
            return never();
          },
          { idempotent: true },
        ),
      );
      await clock.run();
      expect(seen.error).toBeInstanceOf(TimeoutError);
      return starts;
    };
    expect(await run(wrap(patient, limit))).toEqual([0, 110, 220]);
    expect(await run(wrap(limit, patient))).toEqual([0]);
    expect(clock.timers).toBe(0);
  });
});

describe("the caller's abort", () => {
  it('settles at once with its reason, reaches fn, and leaves nothing behind', async () => {
    const { clock, policy } = build(100);
    const counting = countingSignal();
    let inner: AbortSignal | undefined;
    const seen = watch(
      policy.execute(
        ({ signal }) => {
          inner = signal;
          return never();
        },
        { signal: counting.signal },
      ),
    );
    await clock.advance(50);
    counting.abort('stop');
    await turn();
    expect(seen).toEqual({ state: 'rejected', error: 'stop' });
    expect(inner?.reason).toBe('stop');
    expect([clock.timers, counting.listeners]).toEqual([0, 0]);
  });

  it('in the grace time wins over the timeout', async () => {
    const { clock, policy } = build(100, 50);
    const counting = countingSignal();
    const seen = watch(policy.execute(never, { signal: counting.signal }));
    await clock.advance(120);
    counting.abort('stop');
    await turn();
    expect(seen.error).toBe('stop');
    expect([clock.timers, counting.listeners]).toEqual([0, 0]);
  });

  it('before the call means that fn does not run', async () => {
    const { clock, policy } = build(100);
    let ran = false;
    const seen = watch(
      policy.execute(
        () => {
          ran = true;
        },
        { signal: AbortSignal.abort('gone') },
      ),
    );
    await turn();
    expect([seen.error, ran, clock.timers]).toEqual(['gone', false, 0]);
  });

  it('does not follow a call that is over', async () => {
    const counting = countingSignal();
    const { policy } = build(100);
    await policy.execute(() => 1, { signal: counting.signal });
    expect(counting.listeners).toBe(0);
  });
});
