import { retry } from '@x/retry';
import { describe, expect, it } from 'vitest';
import { FakeClock, flush } from '../../../test/fake-clock.js';
import {
  type CallOptions,
  isOutcomeUnknownError,
  isTimeoutError,
  McpClient,
  type McpClientOptions,
  type RequestOptions,
  TimeoutError,
} from '../src/index.js';
import { always, fakeSession } from './fake-session.js';
import { URL_A } from './workshop.js';

const lost = () => Object.assign(new Error('lost'), { delivery: 'unknown' });

/** A server that loses every call, and never says what its tools are like. */
function silent(setup: Partial<McpClientOptions> = {}, failure: () => unknown = lost) {
  const clock = new FakeClock();
  const lookups: RequestOptions[] = [];
  const session = fakeSession((method, _, options = {}) => {
    if (method !== 'tools/list') return Promise.reject(failure());
    lookups.push(options);
    return new Promise((_, reject) => {
      options.signal?.addEventListener('abort', () => reject(options.signal?.reason));
    });
  });
  const policy = retry({ attempts: 3, clock });
  const client = new McpClient({ sessions: always(session), policy, clock, ...setup });
  const pay = (options: CallOptions = {}) =>
    client.callTool(URL_A, 'pay', {}, options).catch((error: unknown) => error);
  return { clock, lookups, client, pay };
}

describe('the look-up of what a tool says of itself, after a call that may have run, is given up', () => {
  it.each([
    ['after the timeoutMs of the call', { timeoutMs: 300 }, 300],
    ['after 5 s, however patient the call is', { timeoutMs: 60_000 }, 5_000],
    ['after 5 s, if the call has no deadline', { timeoutMs: 0 }, 5_000],
  ])('%s', async (_, options, ms) => {
    const { clock, lookups, pay } = silent();
    let error: unknown;
    const call = pay(options).then((thrown) => {
      error = thrown;
    });
    await flush();
    await clock.advance(ms - 1);
    expect(error).toBeUndefined();
    await clock.advance(1);
    await call;
    expect(error).toSatisfy(isOutcomeUnknownError);
    expect(lookups.map(({ signal }) => signal?.aborted)).toEqual([true]);
    expect(clock.timers).toBe(0);
  });

  it('after the maxTotalTimeoutMs of the call', async () => {
    const { clock, lookups, pay } = silent();
    const call = pay({ maxTotalTimeoutMs: 400 });
    await flush();
    await clock.advance(400);
    expect(await call).toMatchObject({ code: 'TIMEOUT', timeoutMs: 400 });
    expect(lookups.map(({ signal }) => signal?.aborted)).toEqual([true]);
    expect(clock.timers).toBe(0);
  });

  it('when the call is aborted', async () => {
    const { clock, lookups, pay } = silent();
    const stop = new AbortController();
    const call = pay({ signal: stop.signal });
    await flush();
    stop.abort('enough');
    expect(await call).toBe('enough');
    await flush();
    expect(lookups.map(({ signal }) => signal?.aborted)).toEqual([true]);
    expect(clock.timers).toBe(0);
  });

  it('and leaves a call that timed out a TimeoutError', async () => {
    const { clock, pay } = silent({}, () => new TimeoutError('late', 300));
    const call = pay({ timeoutMs: 300 });
    await flush();
    await clock.advance(300);
    expect(await call).toSatisfy(isTimeoutError);
  });
});

it('many calls that are lost together look up what their tool says once', async () => {
  const { clock, lookups, pay } = silent();
  const stop = new AbortController();
  const calls = Array.from({ length: 200 }, (_, n) => pay(n === 0 ? { signal: stop.signal } : {}));
  await flush();
  expect(lookups).toHaveLength(1);
  // One that leaves takes nothing from the others.
  stop.abort('enough');
  expect(await calls[0]).toBe('enough');
  expect(lookups[0]?.signal?.aborted).toBe(false);
  await clock.advance(5_000);
  const errors = await Promise.all(calls.slice(1));
  expect(errors.every((error) => isOutcomeUnknownError(error))).toBe(true);
  expect(lookups).toHaveLength(1);
});
