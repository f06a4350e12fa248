import { describe, expect, it } from 'vitest';
import {
  isHandlerError,
  isProtocolError,
  isSessionError,
  isTimeoutError,
  McpClient,
} from '../src/index.js';
import { always, fakeSession } from './fake-session.js';

const named = (name: string, shape: object) => Object.assign(new Error('said'), { name, ...shape });

/** What a caller sees of a session's failure. */
const seen = (thrown: unknown, report?: () => boolean) => {
  const session = fakeSession(() => Promise.reject(thrown), report && { report });
  return new McpClient({ sessions: always(session) }).request('ws://h/', 'ping').catch((e) => e);
};

describe('an error of a session of another package', () => {
  it.each([
    [
      isProtocolError,
      { rpcCode: -32000, data: 1, delivery: 'answered', retryable: false },
      named('X', { rpcCode: -32000, data: 1 }),
    ],
    [
      isProtocolError,
      { rpcCode: undefined, delivery: 'answered' },
      named('ProtocolError', { code: 'INVALID_RESULT', delivery: 'answered' }),
    ],
    [
      isProtocolError,
      { delivery: 'not-sent', retryable: true, retryAfterMs: 9 },
      named('X', { rpcCode: -32010, data: { reason: 'overloaded', retryAfterMs: 9 } }),
    ],
    [
      isProtocolError,
      { delivery: 'answered', retryable: false, rpcCode: -32010 },
      named('X', { rpcCode: -32010, data: { retryAfterMs: 9 } }),
    ],
    [
      isSessionError,
      { delivery: 'unknown', retryAfterMs: 9 },
      named('ProtocolError', {
        code: 'INTERRUPTED',
        delivery: 'unknown',
        cause: { rpcCode: -32010, delivery: 'not-sent', retryAfterMs: 9 },
      }),
    ],
    [
      isSessionError,
      { delivery: 'unknown', closeCode: 1006, retryable: true },
      named('ProtocolError', { delivery: 'unknown', cause: { closeCode: 1006 } }),
    ],
    [
      isSessionError,
      { delivery: 'not-sent', retryable: false },
      named('ProtocolError', { delivery: 'not-sent', retryable: false }),
    ],
    [
      isTimeoutError,
      { delivery: 'unknown', timeoutMs: 5 },
      named('TimeoutError', { delivery: 'unknown', timeoutMs: 5 }),
    ],
  ] as const)('is one of this package by its shape: %o', async (guard, shape, thrown) => {
    const error = await seen(thrown);
    expect(error).toSatisfy(guard as (value: unknown) => boolean);
    expect(error).toMatchObject({ message: 'said', cause: thrown, ...shape });
  });

  it('is a HandlerError, if a handler failed, whatever that said of itself', async () => {
    const cause = named('X', { delivery: 'not-sent', retryable: true });
    const thrown = named('ProtocolError', { code: 'HANDLER_FAILED', delivery: 'answered', cause });
    const error = await seen(thrown);
    expect(error).toSatisfy(isHandlerError);
    expect(error).toMatchObject({ message: 'said', delivery: 'answered', retryable: false, cause });
  });

  it('that has no such shape is left as it is', async () => {
    for (const thrown of [
      new Error('x'),
      'text',
      null,
      named('ConnectionError', { delivery: 'not-sent' }),
    ]) {
      expect(await seen(thrown)).toBe(thrown);
    }
  });

  it('is not sent, if the session says that another one may do better', async () => {
    const status = named('X', { status: 404 });
    expect(await seen(status, () => true)).toSatisfy(isSessionError);
    expect(await seen(status, () => true)).toMatchObject({ delivery: 'not-sent', cause: status });
  });
});
