import { describe, expect, it, vi } from 'vitest';
import { type RetryEvent, type StrategyName, strategy } from '../src/index.js';
import { notSent, watch } from './calls.js';
import { FakeClock } from './fake-clock.js';

function build(name: StrategyName, random = () => 0.5) {
  const clock = new FakeClock(0);
  const events: RetryEvent[] = [];
  const policy = strategy(name, {
    clock,
    random,
    observer: (event) => events.push(event),
    nameOf: (key) => `to ${key}`,
  });
  const down = vi.fn(() => Promise.reject(notSent()));
  const call = async (key = 'a', fn: () => unknown = down) => {
    const seen = watch(policy.execute(fn, { key }));
    await clock.run();
    return seen;
  };
  const delays = () =>
    events.flatMap((event) => (event.type === 'retry.scheduled' ? [event.delayMs] : []));
  return { clock, events, down, call, delays };
}

it('simple makes one attempt', async () => {
  const { call, down } = build('simple');
  await call();
  expect(down).toHaveBeenCalledTimes(1);
});

describe('exponential', () => {
  it('makes three attempts, 1 s and 2 s apart at most', async () => {
    const { call, down, delays } = build('exponential', () => 0.9999999);
    await call();
    expect(down).toHaveBeenCalledTimes(3);
    expect(delays()).toEqual([999, 1_999]);
  });

  it('all calls with one key share one budget of 100 retries, and leave that of others alone', async () => {
    const { call, down, events } = build('exponential');
    for (let time = 0; time < 80; time++) await call();
    expect(down).toHaveBeenCalledTimes(80 + 100);
    expect(events.some(({ type }) => type === 'budget.spent')).toBe(true);
    down.mockClear();
    await call('b');
    expect(down).toHaveBeenCalledTimes(3);
  });

  it('two of them have a budget each', async () => {
    const [one, two] = [build('exponential'), build('exponential')];
    for (let time = 0; time < 80; time++) await one.call();
    await two.call();
    expect(two.down).toHaveBeenCalledTimes(3);
  });
});

describe('circuit-breaker', () => {
  it('after five failures waits 5 s once, then fails at once while the server stays down', async () => {
    const { call, down, clock, events } = build('circuit-breaker');
    await call();
    // Its second failure is the fifth in a row; its third attempt is refused.
    expect((await call()).error).toMatchObject({ code: 'CIRCUIT_OPEN' });
    expect(down).toHaveBeenCalledTimes(5);
    // Refused at first, this one waits and is the probe.
    await call();
    expect(down).toHaveBeenCalledTimes(6);
    const opened = events.flatMap((event) => (event.type === 'breaker.opened' ? [event] : []));
    expect(opened.map(({ openMs }) => openMs)).toEqual([5_000, 15_000]);
    expect(opened[0]?.name).toBe('to a');
    const at = clock.now();
    expect((await call()).error).toMatchObject({ code: 'CIRCUIT_OPEN', cause: { name: 'Error' } });
    expect(clock.now()).toBe(at);
    expect(down).toHaveBeenCalledTimes(6);
  });

  it('a call lives through a restart that opened the circuit', async () => {
    const { call, clock } = build('circuit-breaker');
    await call();
    await call();
    const at = clock.now();
    expect((await call('a', () => 'back')).value).toBe('back');
    expect(clock.now() - at).toBeLessThanOrEqual(5_000);
  });

  it('keys do not share their circuits, but the budget', async () => {
    const { call } = build('circuit-breaker');
    for (let time = 0; time < 3; time++) await call('a');
    expect((await call('a', () => 1)).error).toMatchObject({ code: 'CIRCUIT_OPEN' });
    expect((await call('b', () => 1)).value).toBe(1);
  });
});
