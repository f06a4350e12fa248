import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import {
  type CircuitBreakerOptions,
  CircuitOpenError,
  circuitBreaker,
  constant,
  exponential,
  type RetryEvent,
  retry,
  timeout,
  wrap,
} from '../src/index.js';
import {
  answered,
  countingSignal,
  deferred,
  failure,
  never,
  notSent,
  unknown,
  watch,
} from './calls.js';
import { FakeClock, turn } from './fake-clock.js';

function build(options: CircuitBreakerOptions = {}) {
  const clock = new FakeClock();
  const events: RetryEvent[] = [];
  const breaker = circuitBreaker({
    consecutive: 2,
    openMs: 1_000,
    clock,
    observer: (event) => events.push(event),
    ...options,
  });
  const fail = (error: unknown = notSent()) =>
    breaker.execute(() => Promise.reject(error)).catch((caught: unknown) => caught);
  const pass = () => breaker.execute(() => 'ok');
  const open = async () => {
    while (breaker.state === 'closed') await fail();
  };
  const halfOpen = async () => {
    await open();
    clock.skip(1_000);
  };
  /** A call whose end the test decides. */
  const start = (call = {}) => {
    const end = deferred();
    const fn = vi.fn(() => end.promise);
    return { ...end, fn, seen: watch(breaker.execute(fn, call)) };
  };
  const types = () => events.map(({ type }) => type);
  return { clock, events, types, breaker, fail, pass, open, halfOpen, start };
}

describe('closed', () => {
  it('opens after so many failures in a row, not before', async () => {
    const { breaker, fail, pass } = build({ consecutive: 3 });
    await fail();
    await fail();
    await pass();
    await fail();
    await fail();
    expect(breaker.state).toBe('closed');
    await fail();
    expect(breaker.state).toBe('open');
  });

  it('counts once what one lost connection does to calls that run at the same time', async () => {
    const { breaker, start, fail } = build({ consecutive: 3 });
    const cause = new Error('reset');
    const running = [1, 2, 3, 4, 5].map(() => start());
    for (const { reject } of running) reject(Object.assign(unknown(), { cause }));
    await turn();
    expect(running.map(({ seen }) => seen.state)).toEqual(Array(5).fill('rejected'));
    expect(breaker.state).toBe('closed');
    // What fails of the same thing anew is another failure.
    await fail(Object.assign(notSent(), { cause }));
    expect(breaker.state).toBe('closed');
    await fail(Object.assign(notSent(), { cause }));
    expect(breaker.state).toBe('open');
  });

  it('tells failures apart that only look the same: a cause that is no object is no one thing', async () => {
    const looks: [string, () => unknown][] = [
      ['a code as the cause', () => Object.assign(notSent(), { cause: 'ECONNREFUSED' })],
      ['a cause of null', () => Object.assign(notSent(), { cause: null })],
      ['a string that is thrown', () => 'down'],
    ];
    for (const [, make] of looks) {
      const { breaker, start } = build({ consecutive: 3, isFailure: () => true });
      for (const { reject } of [1, 2, 3].map(() => start())) reject(make());
      await turn();
      expect(breaker.state).toBe('open');
    }
  });

  it('takes one error that ends several calls for one failure, whatever its cause', async () => {
    const { breaker, start } = build({ consecutive: 2 });
    const lost = Object.assign(unknown(), { cause: 'ECONNRESET' });
    for (const { reject } of [1, 2, 3].map(() => start())) reject(lost);
    await turn();
    expect(breaker.state).toBe('closed');
  });

  it('opens after five by default', async () => {
    const breaker = circuitBreaker();
    for (let call = 1; call <= 5; call++) {
      expect(breaker.state).toBe('closed');
      await breaker.execute(() => Promise.reject(notSent())).catch(() => {});
    }
    expect(breaker.state).toBe('open');
  });

  it.each([
    ['a dial that failed', notSent(), true],
    ['a lost connection', unknown(), true],
    ['overload', failure({ delivery: 'not-sent', retryAfterMs: 5 }), true],
    ['an answered error', answered(), false],
    [
      'an answered error that may be retried',
      failure({ delivery: 'answered', retryable: true }),
      false,
    ],
    ['an error of no known delivery', new Error('bug'), false],
    ['a string', 'boom', false],
    ['an abort', new DOMException('x', 'AbortError'), undefined],
    ['an unsafe URL', failure({ delivery: 'not-sent', retryable: false }), undefined],
  ])('%s counts as failure: %s', async (_, error, counts) => {
    const { breaker, fail } = build({ consecutive: 2 });
    await fail();
    await fail(error);
    expect(breaker.state).toBe(counts ? 'open' : 'closed');
    await fail();
    // A success has ended the row; what counts as neither has not.
    expect(breaker.state).toBe(counts === false ? 'closed' : 'open');
  });

  it('a timeout inside or outside is a failure, also of a call that ignores its signal', async () => {
    const { clock, breaker } = build();
    const limit = timeout({ timeoutMs: 100, clock });
    for (const policy of [wrap(breaker, limit), wrap(limit, breaker)]) {
      const seen = watch(policy.execute(never));
      await clock.advance(100);
      expect(seen.error).toMatchObject({ name: 'TimeoutError' });
    }
    expect(breaker.state).toBe('open');
  });

  it("a caller's abort is neither, whatever fn then says", async () => {
    const { breaker } = build({ consecutive: 1 });
    const controller = new AbortController();
    const seen = watch(
      breaker.execute(
        ({ signal }) =>
          new Promise((_, reject) => signal.addEventListener('abort', () => reject(unknown()))),
        { signal: controller.signal },
      ),
    );
    controller.abort('stop');
    await turn();
    expect([seen.error, breaker.state]).toEqual(['stop', 'closed']);
  });

  it('isFailure decides; one that throws means neither', async () => {
    const byName = build({ isFailure: (error) => (error as Error).message === 'down' });
    await byName.fail(new Error('down'));
    await byName.fail(new Error('down'));
    expect(byName.breaker.state).toBe('open');
    const broken = build({
      isFailure: () => {
        throw new Error('oops');
      },
    });
    const error = notSent();
    expect(await broken.fail(error)).toBe(error);
    expect(broken.breaker.state).toBe('closed');
  });
});

describe('open', () => {
  it('refuses without calling: not-sent, with the time that is left and the failure', async () => {
    const { breaker, clock, open, start, fail } = build({ consecutive: 1 });
    const cause = notSent();
    await fail(cause);
    await open();
    clock.skip(300);
    const call = start();
    await turn();
    expect(call.fn).not.toHaveBeenCalled();
    expect(call.seen.error).toBeInstanceOf(CircuitOpenError);
    expect(call.seen.error).toMatchObject({ delivery: 'not-sent', retryAfterMs: 700, cause });
    expect(breaker.busy).toBe(true);
  });

  it('a call from before that ends now changes nothing', async () => {
    const { breaker, types, open, start, clock } = build();
    const [good, bad] = [start(), start()];
    await open();
    good.resolve('late');
    bad.reject(notSent());
    await turn();
    expect(breaker.state).toBe('open');
    clock.skip(1_000);
    const probe = start();
    expect(breaker.state).toBe('half-open');
    probe.resolve('ok');
    await turn();
    expect(types()).toEqual(['breaker.opened', 'breaker.half-open', 'breaker.closed']);
  });

  it('calls from before do not open it again, nor close or open it half-open', async () => {
    const { breaker, types, open, start, clock } = build();
    const [a, b, c, good] = [start(), start(), start(), start()];
    await open();
    for (const late of [a, b]) late.reject(notSent());
    await turn();
    expect(types()).toEqual(['breaker.opened']);
    clock.skip(1_000);
    start();
    c.reject(notSent());
    good.resolve('late');
    await turn();
    expect(breaker.state).toBe('half-open');
  });

  it('the open time grows with each failed probe, and starts anew after a success', async () => {
    const openMs = exponential({ baseMs: 1_000, maxMs: 3_000, jitter: 'none' });
    const { events, clock, open, fail, pass } = build({ openMs });
    await open();
    for (const waited of [1_000, 2_000, 3_000, 3_000]) {
      expect(events.at(-1)).toMatchObject({ type: 'breaker.opened', openMs: waited });
      clock.skip(waited);
      await fail();
    }
    clock.skip(3_000);
    await pass();
    await open();
    expect(events.at(-1)).toMatchObject({ type: 'breaker.opened', openMs: 1_000 });
  });

  it('an open time of nonsense does not lock the circuit', async () => {
    const { open, pass } = build({ openMs: { delayMs: () => Number.NaN } });
    await open();
    expect(await pass()).toBe('ok');
  });

  it('an open time whose maker throws is none: it opens, and calls keep their own error', async () => {
    const delayMs = () => {
      throw new Error('broken');
    };
    const { breaker, fail, pass } = build({ openMs: { delayMs } });
    const error = notSent();
    await fail();
    expect(await fail(error)).toBe(error);
    expect(breaker.state).toBe('open');
    expect(await pass()).toBe('ok');
  });

  it('a retry around it waits for the probe if it may, and fails at once if not', async () => {
    const { breaker, clock, open } = build();
    await open();
    const through = (maxMs: number) =>
      wrap(retry({ backoff: exponential({ maxMs }), clock }), breaker).execute(() => 'back');
    const short = watch(through(999));
    await turn();
    expect(short.error).toBeInstanceOf(CircuitOpenError);
    const long = watch(through(1_000));
    await clock.advance(999);
    expect(long.state).toBe('pending');
    await clock.advance(1);
    expect(long.value).toBe('back');
  });
});

describe('half-open', () => {
  it('lets one probe through; the others wait for its verdict: closed', async () => {
    const { breaker, halfOpen, start } = build();
    await halfOpen();
    const [probe, second, third] = [start(), start(), start()];
    await turn();
    expect([probe, second, third].map(({ fn }) => fn.mock.calls.length)).toEqual([1, 0, 0]);
    probe.resolve('ok');
    await turn();
    expect(breaker.state).toBe('closed');
    expect([second, third].map(({ fn }) => fn.mock.calls.length)).toEqual([1, 1]);
  });

  it('or open: they are refused, with the new open time', async () => {
    const { breaker, halfOpen, start } = build();
    await halfOpen();
    const [probe, second] = [start(), start()];
    probe.reject(notSent());
    await turn();
    expect(breaker.state).toBe('open');
    expect(second.fn).not.toHaveBeenCalled();
    expect(second.seen.error).toMatchObject({ code: 'CIRCUIT_OPEN', retryAfterMs: 1_000 });
  });

  it('an error that is no failure passes the probe', async () => {
    const { breaker, halfOpen, fail } = build();
    await halfOpen();
    await fail(answered());
    expect(breaker.state).toBe('closed');
    await halfOpen();
    await fail(new Error('bug'));
    expect(breaker.state).toBe('closed');
  });

  it('10 probes, threshold 0.3: 3 failures stay half-open, the 4th opens again', async () => {
    const { breaker, halfOpen, fail } = build({ probes: 10, probeThreshold: 0.3 });
    await halfOpen();
    for (let failed = 1; failed <= 3; failed++) {
      await fail();
      expect(breaker.state).toBe('half-open');
    }
    await fail();
    expect(breaker.state).toBe('open');
  });

  it('10 probes, threshold 0.3: closes when no 4 failures are possible any more', async () => {
    const { breaker, halfOpen, fail, pass } = build({ probes: 10, probeThreshold: 0.3 });
    await halfOpen();
    for (let failed = 1; failed <= 3; failed++) await fail();
    for (let passed = 1; passed <= 6; passed++) await pass();
    expect(breaker.state).toBe('half-open');
    await pass();
    expect(breaker.state).toBe('closed');
  });

  it('no more than `probes` calls run at a time', async () => {
    const { halfOpen, start } = build({ probes: 2 });
    await halfOpen();
    const calls = [start(), start(), start()];
    await turn();
    expect(calls.map(({ fn }) => fn.mock.calls.length)).toEqual([1, 1, 0]);
  });

  it('an aborted probe tells nothing: the next in line becomes the probe', async () => {
    const { breaker, halfOpen, start } = build();
    await halfOpen();
    const counting = countingSignal();
    const probe = start({ signal: counting.signal });
    const next = start();
    await turn();
    counting.abort('stop');
    await turn();
    expect(probe.seen.error).toBe('stop');
    expect([breaker.state, next.fn.mock.calls.length]).toEqual(['half-open', 1]);
    next.resolve('ok');
    await turn();
    expect(breaker.state).toBe('closed');
    expect(counting.listeners).toBe(0);
  });

  it('one that waits can leave', async () => {
    const { halfOpen, start } = build();
    await halfOpen();
    const counting = countingSignal();
    const probe = start();
    const leaver = start({ signal: counting.signal });
    await turn();
    counting.abort('stop');
    await turn();
    expect(leaver.seen.error).toBe('stop');
    probe.resolve('ok');
    await turn();
    expect(leaver.fn).not.toHaveBeenCalled();
    expect(counting.listeners).toBe(0);
  });

  it('one whose abort comes with the verdict does not run', async () => {
    const { breaker, halfOpen, start } = build();
    await halfOpen();
    const controller = new AbortController();
    start();
    const leaver = start({ signal: controller.signal });
    await turn();
    breaker.isolate().dispose();
    controller.abort('stop');
    await turn();
    expect([breaker.state, leaver.seen.error]).toEqual(['closed', 'stop']);
    expect(leaver.fn).not.toHaveBeenCalled();
  });

  it('a probe that hangs counts as failed after probeTimeoutMs', async () => {
    const { breaker, clock, halfOpen, start } = build({ probeTimeoutMs: 500 });
    await halfOpen();
    const [probe, second] = [start(), start()];
    await clock.advance(499);
    expect(breaker.state).toBe('half-open');
    await clock.advance(1);
    expect(breaker.state).toBe('open');
    expect(second.seen.error).toBeInstanceOf(CircuitOpenError);
    probe.resolve('late');
    await turn();
    expect([probe.seen.value, breaker.state, clock.timers]).toEqual(['late', 'open', 0]);
  });

  it('a probe may hang for ever with a probeTimeoutMs of 0', async () => {
    const { breaker, clock, halfOpen, start } = build({ probeTimeoutMs: 0 });
    await halfOpen();
    start();
    await clock.advance(1e12);
    expect([breaker.state, clock.timers]).toEqual(['half-open', 0]);
  });

  it('a probe that hung counts once, whatever it does later', async () => {
    const options = { probes: 2, probeThreshold: 0.5, probeTimeoutMs: 500 };
    for (const late of ['reject', 'resolve'] as const) {
      const { breaker, clock, halfOpen, start } = build(options);
      await halfOpen();
      const probe = start();
      await clock.advance(500);
      expect(breaker.state).toBe('half-open');
      probe[late](late === 'reject' ? (notSent() as never) : 'late');
      await turn();
      expect(breaker.state).toBe('half-open');
    }
  });

  it('who was called no longer counts as waiting', async () => {
    const { clock, halfOpen, start } = build({ maxWaiting: 1 });
    await halfOpen();
    const [probe] = [start(), start()];
    probe.reject(notSent());
    await turn();
    clock.skip(1_000);
    const [, waits] = [start(), start()];
    await turn();
    expect(waits.seen.state).toBe('pending');
  });

  it('100 probes, threshold 0.29: the 30th failure opens again, whatever 0.29 * 100 is', async () => {
    const { breaker, halfOpen, fail } = build({ probes: 100, probeThreshold: 0.29 });
    await halfOpen();
    for (let failed = 1; failed <= 29; failed++) await fail();
    expect(breaker.state).toBe('half-open');
    await fail();
    expect(breaker.state).toBe('open');
  });

  it('no more than maxWaiting wait', async () => {
    const { halfOpen, start } = build({ maxWaiting: 1 });
    await halfOpen();
    const [, waits, refused] = [start(), start(), start()];
    await turn();
    expect(waits.seen.state).toBe('pending');
    expect(refused.seen.error).toBeInstanceOf(CircuitOpenError);
    expect(refused.seen.error).not.toHaveProperty('retryAfterMs');
  });
});

describe('a failure rate', () => {
  const failureRate = { threshold: 0.5, windowMs: 10_000, minimumCalls: 10 };
  const calls = async (b: ReturnType<typeof build>, passed: number, failed: number) => {
    for (let call = 0; call < passed; call++) await b.pass();
    for (let call = 0; call < failed; call++) await b.fail();
    return b.breaker.state;
  };
  const rated = () => build({ failureRate, consecutive: undefined });

  it('opens above the threshold, and not at it', async () => {
    expect(await calls(rated(), 10, 10)).toBe('closed');
    expect(await calls(rated(), 10, 11)).toBe('open');
  });

  it('says nothing with fewer calls than the minimum', async () => {
    expect(await calls(rated(), 0, 9)).toBe('closed');
    expect(await calls(rated(), 0, 10)).toBe('open');
  });

  it('is looked at after a success too', async () => {
    const b = build({ failureRate: { ...failureRate, minimumCalls: 4 }, consecutive: undefined });
    const cause = notSent();
    await b.fail();
    await b.fail();
    await b.fail(cause);
    expect(b.breaker.state).toBe('closed');
    await b.pass();
    expect(b.breaker.state).toBe('open');
    await expect(b.pass()).rejects.toMatchObject({ code: 'CIRCUIT_OPEN', cause });
  });

  it('counts the loss of one connection once, as it does in a row', async () => {
    const b = rated();
    const cause = new Error('reset');
    const running = Array.from({ length: 20 }, () => b.start());
    for (const { reject } of running) reject(Object.assign(unknown(), { cause }));
    await turn();
    expect(b.breaker.toJSON().window).toEqual([[0, 1, 1]]);
  });

  it('forgets what is older than the window, also after a long silence', async () => {
    const b = rated();
    await calls(b, 0, 9);
    b.clock.skip(10_000);
    expect(await calls(b, 0, 9)).toBe('closed');
    b.clock.skip(1e9);
    expect(await calls(b, 0, 9)).toBe('closed');
  });

  it('slides: what is younger than the window still counts', async () => {
    const b = rated();
    await calls(b, 0, 9);
    b.clock.skip(8_900);
    expect(await calls(b, 0, 1)).toBe('open');
  });

  it('starts anew when the circuit closes', async () => {
    const b = rated();
    await calls(b, 0, 10);
    b.clock.skip(1_000);
    await b.pass();
    expect(await calls(b, 0, 9)).toBe('closed');
  });

  it('goes with failures in a row, if both are asked for', async () => {
    expect(await calls(build({ failureRate, consecutive: 3 }), 0, 3)).toBe('open');
  });
});

describe('isolate', () => {
  it('twice needs two disposals, and the same one twice is one', async () => {
    const { breaker, start, pass, types } = build();
    const [one, two] = [breaker.isolate(), breaker.isolate()];
    const call = start();
    await turn();
    expect(call.fn).not.toHaveBeenCalled();
    expect(call.seen.error).toMatchObject({ code: 'CIRCUIT_OPEN', retryable: false });
    expect(call.seen.error).not.toHaveProperty('retryAfterMs');
    one.dispose();
    one.dispose();
    expect(breaker.state).toBe('isolated');
    two.dispose();
    expect(breaker.state).toBe('closed');
    expect(await pass()).toBe('ok');
    expect(types()).toEqual(['breaker.opened', 'breaker.closed']);
  });

  it('stays whatever running calls do, and refuses those that wait', async () => {
    const { breaker, halfOpen, start } = build();
    await halfOpen();
    const [probe, waiter] = [start(), start()];
    const hold = breaker.isolate();
    await turn();
    expect(waiter.seen.error).toMatchObject({ code: 'CIRCUIT_OPEN', retryable: false });
    probe.resolve('ok');
    await turn();
    expect(breaker.state).toBe('isolated');
    hold.dispose();
    expect(breaker.state).toBe('closed');
  });

  it('a retry around it does not try again', async () => {
    const { breaker, clock } = build();
    breaker.isolate();
    const execute = vi.spyOn(breaker, 'execute');
    const policy = wrap(retry({ backoff: constant(1), clock }), breaker);
    const seen = watch(policy.execute(() => 1));
    await clock.run();
    expect([seen.state, execute.mock.calls.length]).toEqual(['rejected', 1]);
  });
});

describe('state as JSON', () => {
  const copy = (breaker: { toJSON(): unknown }) => JSON.parse(JSON.stringify(breaker));

  it('an open circuit stays open for the time that was left', async () => {
    const saved = build();
    await saved.open();
    saved.clock.skip(400);
    const { breaker, clock, pass } = build({ state: copy(saved.breaker) });
    await expect(pass()).rejects.toMatchObject({ retryAfterMs: 600 });
    clock.skip(600);
    expect(await pass()).toBe('ok');
    expect(breaker.state).toBe('closed');
  });

  it('half-open is saved as open with no time left, isolated as closed', async () => {
    const { breaker, halfOpen, start } = build();
    await halfOpen();
    start();
    expect(copy(breaker)).toMatchObject({ state: 'open', remainingMs: 0, openings: 1 });
    breaker.isolate();
    expect(copy(breaker)).toMatchObject({ state: 'closed', remainingMs: 0 });
  });

  it('keeps the row of failures, the growth of the open time and the window', async () => {
    const failureRate = { threshold: 0.5, windowMs: 10_000, minimumCalls: 4 };
    const first = build({ consecutive: 3, failureRate });
    await first.fail();
    await first.fail();
    first.clock.skip(2_000);
    const second = build({ consecutive: 3, failureRate, state: copy(first.breaker) });
    expect(copy(second.breaker)).toEqual(copy(first.breaker));
    await second.fail();
    expect(second.breaker.state).toBe('open');

    const openMs = exponential({ baseMs: 1_000, jitter: 'none' });
    const grown = build({ openMs });
    await grown.open();
    const next = build({ openMs, state: copy(grown.breaker) });
    next.clock.skip(1_000);
    await next.fail();
    expect(next.events.at(-1)).toMatchObject({ type: 'breaker.opened', openMs: 2_000 });
  });

  it('keeps the open time that a decorrelated one grows from', async () => {
    const openMs = exponential({ baseMs: 1_000, maxMs: 60_000, jitter: 'decorrelated' });
    const options = { openMs, random: () => 0.9999 };
    const first = build(options);
    await first.open();
    first.clock.skip(3_000);
    await first.fail();
    expect(first.events.at(-1)).toMatchObject({ type: 'breaker.opened', openMs: 8_996 });
    const second = build({ ...options, state: copy(first.breaker) });
    second.clock.skip(9_000);
    await second.fail();
    const grown = second.events.at(-1) as { openMs: number };
    expect(grown.openMs).toBeGreaterThan(20_000);
  });

  it('that was saved before it kept the last open time still loads', () => {
    const { lastOpenMs, ...older } = circuitBreaker().toJSON();
    expect(lastOpenMs).toBe(undefined);
    expect(circuitBreaker({ state: older }).state).toBe('closed');
  });

  it('what is older than the window is neither saved nor believed', async () => {
    const failureRate = { threshold: 0.5, windowMs: 1_000, minimumCalls: 3 };
    const options = { failureRate, consecutive: 99 };
    const first = build(options);
    await first.fail();
    await first.fail();
    const young = copy(first.breaker);
    expect(young.window).toEqual([[0, 2, 2]]);
    first.clock.skip(1_000);
    expect(copy(first.breaker).window).toEqual([]);
    const old = build({ ...options, state: { ...young, window: [[10, 2, 2]] } });
    await old.fail();
    expect(old.breaker.state).toBe('closed');
  });

  it('an open time without end survives JSON', async () => {
    const { breaker, open } = build({ openMs: Number.POSITIVE_INFINITY });
    await open();
    expect(build({ state: copy(breaker) }).breaker.state).toBe('open');
  });
});

it('fn that throws, or answers with a value, is a call like any other', async () => {
  const { breaker, pass } = build();
  for (let call = 0; call < 2; call++) {
    const seen = watch(
      breaker.execute(() => {
        throw notSent();
      }),
    );
    await turn();
    expect(seen.state).toBe('rejected');
  }
  expect(breaker.state).toBe('open');
  await expect(pass()).rejects.toBeInstanceOf(CircuitOpenError);
});

it('an abort settles at once, although fn ignores it', async () => {
  const { breaker } = build();
  const counting = countingSignal();
  const seen = watch(breaker.execute(never, { signal: counting.signal }));
  await turn();
  counting.abort('stop');
  await turn();
  expect([seen.error, counting.listeners]).toEqual(['stop', 0]);
});

it('events carry name and time', async () => {
  const { events, clock, halfOpen, pass } = build({ name: 'wss://a' });
  await halfOpen();
  await pass();
  expect(events).toEqual([
    { type: 'breaker.opened', at: 1_000, name: 'wss://a', isolated: false, openMs: 1_000 },
    { type: 'breaker.half-open', at: clock.now(), name: 'wss://a' },
    { type: 'breaker.closed', at: clock.now(), name: 'wss://a' },
  ]);
});

it('no sequence of events lets a call through an open circuit, or more probes than allowed', async () => {
  const step = fc.oneof(
    fc.constant('start' as const),
    fc.constant('pass' as const),
    fc.constant('fail' as const),
    fc.constant('abort' as const),
    fc.constant('wait' as const),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 3 }),
      fc.array(step, { maxLength: 40 }),
      async (probes, steps) => {
        const { breaker, clock, start } = build({ probes });
        const running: { end: ReturnType<typeof start>; stop: AbortController }[] = [];
        const all: ReturnType<typeof start>[] = [];
        const stops: AbortController[] = [];
        let probing = 0;
        for (const next of steps) {
          const before = breaker.state;
          if (next === 'start') {
            const stop = new AbortController();
            const end = start({ signal: stop.signal });
            all.push(end);
            stops.push(stop);
            running.push({ end, stop });
            await turn();
            if (before === 'open' && breaker.state === 'open') {
              expect(end.fn).not.toHaveBeenCalled();
              expect(end.seen.state).toBe('rejected');
            }
            if (before !== 'half-open' && breaker.state === 'half-open') probing = 0;
            if (breaker.state === 'half-open' && end.fn.mock.calls.length === 1) probing++;
            expect(probing).toBeLessThanOrEqual(probes);
          } else if (next === 'wait') {
            clock.skip(400);
          } else {
            const one = running.shift();
            if (next === 'pass') one?.end.resolve('ok');
            else if (next === 'fail') one?.end.reject(notSent());
            else one?.stop.abort('stop');
            if (breaker.state === 'half-open') probing = 0;
            await turn();
          }
        }
        for (const stop of stops) stop.abort('over');
        await turn();
        expect(all.every(({ seen }) => seen.state !== 'pending')).toBe(true);
        expect(clock.timers).toBe(0);
      },
    ),
    { numRuns: 100 },
  );
});
