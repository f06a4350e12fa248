import { describe, expect, it } from 'vitest';
import { FakeClock, flush } from '../../../test/fake-clock.js';
import { McpClient } from '../src/index.js';
import { always, fakeSession } from './fake-session.js';
import { clientOf, URL_A } from './workshop.js';

const MONTH_MS = 30 * 24 * 3_600_000;

describe('a deadline beyond what a timer can hold', () => {
  it.each([
    ['timeoutMs', { timeoutMs: MONTH_MS }],
    ['maxTotalTimeoutMs', { timeoutMs: 0, maxTotalTimeoutMs: MONTH_MS }],
  ])('is one all the same: %s', async (_, options) => {
    const clock = new FakeClock();
    const client = clientOf({ dial: () => new Promise(() => {}) }, { client: { clock } });
    let error: unknown;
    const call = client.callTool(URL_A, 'pay', {}, options).catch((thrown) => {
      error = thrown;
    });
    await clock.advance(MONTH_MS - 1);
    expect(error).toBeUndefined();
    await clock.advance(1);
    await call;
    expect(error).toMatchObject({ code: 'TIMEOUT', delivery: 'not-sent', timeoutMs: MONTH_MS });
    expect(clock.timers).toBe(0);
  });
});

it('a TimeoutError names the deadline that was given, however much of it was left', async () => {
  const clock = new FakeClock();
  const handed: unknown[] = [];
  const session = fakeSession(async (_method, _params, { timeoutMs } = {}) => {
    handed.push(timeoutMs);
    throw Object.assign(new Error(`within ${timeoutMs} ms`), {
      name: 'TimeoutError',
      delivery: 'unknown',
      timeoutMs,
    });
  });
  const sessions = always(session);
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const slow = {
    ...sessions,
    use: (_: unknown, fn: never) => opened.then(() => sessions.use(_, fn)),
  };
  const client = new McpClient({ sessions: slow as typeof sessions, clock });
  const call = client.request(URL_A, 'ping', {}, { timeoutMs: 300 }).catch((error) => error);
  await flush();
  await clock.advance(100);
  open();
  const error = await call;
  expect(handed).toEqual([200]);
  expect(error).toMatchObject({
    code: 'TIMEOUT',
    message: 'no answer to ping within 300 ms',
    timeoutMs: 300,
    delivery: 'unknown',
  });
  expect(error.retryable).toBeUndefined();
});
