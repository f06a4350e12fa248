import { timeout as attemptTimeout, retry, strategy, wrap } from '@x/retry';
import { describe, expect, it } from 'vitest';
import { FakeClock, flush } from '../../../test/fake-clock.js';
import {
  isOutcomeUnknownError,
  isProtocolError,
  isTimeoutError,
  type Policy,
} from '../src/index.js';
import {
  type Connection,
  clientOf,
  countingServer,
  type MemoryOptions,
  memoryServer,
  type Runs,
  URL_A,
} from './workshop.js';

/** Retries at once, however often. */
const patient = () => retry({ attempts: 4, backoff: { delayMs: () => 0 } });

/** Runs the tool, and loses the connection before the answer gets away; so often. */
function losing(tool: string, times: number) {
  return (
    message: { method?: string; params?: Record<string, unknown> },
    connection: Connection,
  ) => {
    if (message.method !== 'tools/call' || message.params?.name !== tool || times-- <= 0) return;
    connection.server.send = async () => {
      await connection.server.close();
    };
  };
}

const calls = (runs: Runs, tool: string, times: number, era: 'both' | 'legacy' = 'both') => {
  const server = memoryServer(countingServer(runs), { intercept: losing(tool, times), era });
  return {
    server,
    call: (policy?: Policy, more = {}) =>
      clientOf(server, { client: { ...(policy && { policy }), ...more } }),
  };
};

describe.each(['legacy', 'both'] as const)('a call whose connection dies in flight (%s)', (era) => {
  it('runs a tool that says nothing of itself exactly once, and fails as OutcomeUnknownError', async () => {
    const runs: Runs = {};
    const { call } = calls(runs, 'pay', 1, era);
    const error = await call(patient())
      .callTool(URL_A, 'pay')
      .catch((error) => error);
    expect(error).toSatisfy(isOutcomeUnknownError);
    expect(error).toMatchObject({
      tool: 'pay',
      delivery: 'unknown',
      retryable: false,
      cause: { code: 'SESSION', delivery: 'unknown' },
    });
    expect(runs).toEqual({ pay: 1 });
  });

  it('runs a tool that only reads again, by its annotations', async () => {
    const runs: Runs = {};
    const { call } = calls(runs, 'echo', 2, era);
    const result = await call(patient()).callTool(URL_A, 'echo', { text: 'hi' });
    expect(result.content[0]?.text).toBe('hi');
    expect(runs).toEqual({ echo: 3 });
  });
});

describe('a call whose connection dies in flight', () => {
  it('asks for the annotations only then, and once', async () => {
    const { server, call } = calls({}, 'echo', 3);
    const client = call(patient());
    const lists = () =>
      server.connections.flatMap(({ received }) =>
        received.filter(({ method }) => method === 'tools/list'),
      );
    await client.callTool(URL_A, 'pay');
    expect(lists()).toHaveLength(0);
    await client.callTool(URL_A, 'echo', { text: 'a' });
    expect(lists()).toHaveLength(1);
  });

  it('does not believe annotations unless told to', async () => {
    const runs: Runs = {};
    const { call } = calls(runs, 'echo', 1);
    const client = call(patient(), { trustAnnotations: false });
    await expect(client.callTool(URL_A, 'echo', { text: 'a' })).rejects.toSatisfy(
      isOutcomeUnknownError,
    );
    expect(runs).toEqual({ echo: 1 });
  });

  it("takes the caller's word over the annotations", async () => {
    const runs: Runs = {};
    const once = calls(runs, 'echo', 1).call(patient());
    await expect(
      once.callTool(URL_A, 'echo', { text: 'a' }, { idempotent: false }),
    ).rejects.toSatisfy(isOutcomeUnknownError);
    await calls(runs, 'pay', 1).call(patient()).callTool(URL_A, 'pay', {}, { idempotent: true });
    expect(runs).toEqual({ echo: 1, pay: 2 });
  });

  it('is OutcomeUnknownError without a policy too', async () => {
    const client = calls({}, 'pay', 1).call();
    await expect(client.callTool(URL_A, 'pay')).rejects.toSatisfy(isOutcomeUnknownError);
    const raw = calls({}, 'pay', 1).call();
    const request = raw.request(URL_A, 'tools/call', { name: 'pay', arguments: {} });
    await expect(request).rejects.toSatisfy(isOutcomeUnknownError);
  });

  it('is no OutcomeUnknownError if it only reads', async () => {
    const intercept = memoryServer(countingServer(), {
      intercept: ({ method }, { server }) => method === 'tools/list' && server.close(),
    });
    const error = await clientOf(intercept)
      .listTools(URL_A)
      .catch((error) => error);
    expect(error).toMatchObject({ code: 'SESSION', delivery: 'unknown', retryable: true });
  });

  it('fails with why the connection ended', async () => {
    const server = memoryServer(countingServer(), { intercept: losing('echo', 1) });
    const closed = { code: 1012, reason: 'restart', retryAfterMs: 5, redial: true };
    const dial = async (...args: Parameters<typeof server.dial>) =>
      Object.assign(await server.dial(...args), { closed: Promise.resolve(closed) });
    const call = clientOf({ dial }).callTool(URL_A, 'echo', { text: 'a' }, { idempotent: true });
    await expect(call).rejects.toMatchObject({
      message: 'the connection was closed with code 1012: restart',
      closeCode: 1012,
      retryAfterMs: 5,
      delivery: 'unknown',
    });
  });
});

describe('a server that drains', () => {
  const draining =
    (times: number, reason = 'draining') =>
    ({ method, id }: { method?: string; id?: unknown }, { server }: Connection) => {
      if (method !== 'tools/call' || times-- <= 0) return false;
      const error = { code: -32010, message: reason, data: { reason, retryAfterMs: 7 } };
      void server.send({ jsonrpc: '2.0', id, error } as never);
      return true;
    };

  it('loses no call: it is not sent, its session leaves, the next one serves', async () => {
    const runs: Runs = {};
    const server = memoryServer(countingServer(runs), { intercept: draining(1) });
    const client = clientOf(server, { client: { policy: patient() } });
    await client.listTools(URL_A);
    await client.callTool(URL_A, 'pay');
    expect(runs).toEqual({ pay: 1 });
    expect(server.connections).toHaveLength(2);
    expect(server.open()).toEqual([server.connections[1]]);
  });

  it('is left at once, without the policy', async () => {
    const runs: Runs = {};
    const server = memoryServer(countingServer(runs), { intercept: draining(2) });
    await clientOf(server).callTool(URL_A, 'pay');
    expect(runs).toEqual({ pay: 1 });
    expect(server.connections).toHaveLength(3);
  });

  it('is left while its connection closes, before that has closed', async () => {
    const runs: Runs = {};
    const server = memoryServer(countingServer(runs));
    let closing = true;
    const dial: typeof server.dial = async (...args) => {
      const transport = await server.dial(...args);
      const { send } = transport;
      transport.send = (message, options) => {
        if (!closing || !('method' in message) || message.method !== 'tools/call') {
          return send.call(transport, message, options);
        }
        closing = false;
        const closed = { code: 'CLOSED', delivery: 'not-sent' };
        return Promise.reject(Object.assign(new Error('closing'), closed));
      };
      return transport;
    };
    await clientOf({ dial }).callTool(URL_A, 'pay');
    expect(runs).toEqual({ pay: 1 });
    expect(server.connections).toHaveLength(2);
  });

  it('is not run after for ever', async () => {
    const runs: Runs = {};
    const server = memoryServer(countingServer(runs), { intercept: draining(1_000) });
    const error = await clientOf(server)
      .callTool(URL_A, 'pay')
      .catch((error) => error);
    expect(error).toMatchObject({ rpcCode: -32010, delivery: 'not-sent', retryAfterMs: 7 });
    expect(runs).toEqual({});
    expect(server.connections).toHaveLength(4);
  });

  it.each(['legacy', 'both'] as const)(
    'has not run what it leaves unanswered if it vouches for that (%s)',
    async (era) => {
      const runs: Runs = {};
      let leaves = true;
      const server = memoryServer(countingServer(runs), {
        era,
        intercept: ({ method }, connection) => {
          if (method !== 'tools/call' || !leaves) return false;
          leaves = false;
          void connection.server.close();
          return true;
        },
      });
      const vouched = Promise.resolve({ code: 1001, delivery: 'not-sent' as const });
      const dial: typeof server.dial = async (...args) =>
        Object.assign(await server.dial(...args), { closed: vouched });
      await clientOf({ dial }).callTool(URL_A, 'pay');
      expect(runs).toEqual({ pay: 1 });
    },
  );

  it('says when to come again', async () => {
    const server = memoryServer(countingServer(), { intercept: draining(1, 'overloaded') });
    const error = await clientOf(server)
      .callTool(URL_A, 'pay')
      .catch((error) => error);
    expect(error).toSatisfy(isProtocolError);
    expect(error).toMatchObject({
      rpcCode: -32010,
      delivery: 'not-sent',
      retryable: true,
      retryAfterMs: 7,
      data: { reason: 'overloaded' },
    });
  });
});

/** Keeps calls of a tool from the server. */
const hanging =
  (tool: string) =>
  ({ method, params }: { method?: string; params?: Record<string, unknown> }) =>
    method === 'tools/call' && params?.name === tool;

describe('a deadline', () => {
  it('that passes is a TimeoutError, and the server is told', async () => {
    const server = memoryServer(countingServer(), { intercept: hanging('pay') });
    const client = clientOf(server);
    const error = await client
      .callTool(URL_A, 'pay', {}, { timeoutMs: 20 })
      .catch((error) => error);
    expect(error).toSatisfy(isTimeoutError);
    expect(error).toMatchObject({ delivery: 'unknown' });
    const sent = server.connections[0]?.received ?? [];
    expect(sent.at(-1)?.method).toBe('notifications/cancelled');
    expect(sent.at(-1)?.params?.requestId).toBe(sent.at(-2)?.id);
    // And harms nobody: the same connection serves on.
    await client.callTool(URL_A, 'echo', { text: 'on' });
    expect(server.connections).toHaveLength(1);
  });

  it('of a tool that must not run twice is not tried again; of one that may, it is', async () => {
    const runs: Runs = {};
    let hang = 1;
    const server = memoryServer(countingServer(runs), {
      intercept: ({ method }) => method === 'tools/call' && hang-- > 0,
    });
    const client = clientOf(server, { client: { policy: patient(), timeoutMs: 20 } });
    await expect(client.callTool(URL_A, 'pay')).rejects.toSatisfy(isTimeoutError);
    hang = 1;
    await client.callTool(URL_A, 'echo', { text: 'again' });
    expect(runs).toEqual({ echo: 1 });
  });

  it('covers the wait for a session, nothing being sent', async () => {
    const clock = new FakeClock();
    const client = clientOf({ dial: () => new Promise(() => {}) }, { client: { clock } });
    const call = client.callTool(URL_A, 'pay', {}, { timeoutMs: 1_000 }).catch((error) => error);
    await clock.advance(999);
    expect(client.stats().inFlight).toBe(1);
    await clock.advance(1);
    expect(await call).toMatchObject({ code: 'TIMEOUT', delivery: 'not-sent', timeoutMs: 1_000 });
    expect(client.stats()).toEqual({ sessions: 0, inFlight: 0 });
    expect(clock.timers).toBe(0);
  });

  it('in all caps every attempt and wait together', async () => {
    const clock = new FakeClock();
    const server = memoryServer(countingServer(), { intercept: hanging('pay') });
    const policy = retry({ attempts: 100, backoff: { delayMs: () => 0 }, clock });
    const client = clientOf(server, { client: { clock, policy } });
    await client.listTools(URL_A);
    const options = { maxTotalTimeoutMs: 1_000, idempotent: true };
    const call = client.callTool(URL_A, 'pay', {}, options).catch((error) => error);
    await flush();
    await clock.advance(1_000);
    expect(await call).toMatchObject({ code: 'TIMEOUT', delivery: 'unknown', timeoutMs: 1_000 });
    expect(server.connections[0]?.received.at(-1)?.method).toBe('notifications/cancelled');
    expect(clock.timers).toBe(0);
  });

  it('of 0 or Infinity is none', async () => {
    const clock = new FakeClock();
    const client = clientOf(memoryServer(countingServer()), { client: { clock, timeoutMs: 0 } });
    await client.callTool(URL_A, 'pay');
    await client.callTool(URL_A, 'pay', {}, { timeoutMs: Infinity, maxTotalTimeoutMs: 0 });
    expect(clock.timers).toBe(0);
  });

  it('starts again with progress, if asked to', async () => {
    const intercept: MemoryOptions['intercept'] = ({ method, id, params }, { server }) => {
      if (method !== 'tools/call') return false;
      const send = (message: object) => server.send({ jsonrpc: '2.0', ...message } as never);
      const meta = params?._meta as { progressToken: number };
      let progress = 0;
      const ticks = setInterval(() => {
        if (++progress < 8) {
          void send({ method: 'notifications/progress', params: { ...meta, progress } });
          return;
        }
        clearInterval(ticks);
        void send({ id, result: { resultType: 'complete', content: [] } });
      }, 50);
      return true;
    };
    const seen: number[] = [];
    const onProgress = ({ progress }: { progress: number }) => void seen.push(progress);
    const client = clientOf(memoryServer(countingServer(), { intercept }));
    const options = { timeoutMs: 300, onProgress };
    await client.callTool(URL_A, 'pay', {}, { ...options, resetTimeoutOnProgress: true });
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7]);
    await expect(client.callTool(URL_A, 'pay', {}, options)).rejects.toSatisfy(isTimeoutError);
  });
});

describe('an abort', () => {
  it('rejects with its reason, tells the server, and is not tried again', async () => {
    const server = memoryServer(countingServer(), { intercept: hanging('pay') });
    const client = clientOf(server, { client: { policy: patient() } });
    await client.listTools(URL_A);
    const controller = new AbortController();
    const call = client.callTool(URL_A, 'pay', {}, { signal: controller.signal });
    const settled = call.catch((error) => error);
    await new Promise((resolve) => setImmediate(resolve));
    controller.abort('enough');
    expect(await settled).toBe('enough');
    const methods = server.connections[0]?.received.map(({ method }) => method);
    expect(methods?.slice(-2)).toEqual(['tools/call', 'notifications/cancelled']);
  });

  it('before the call keeps it from being made', async () => {
    const server = memoryServer(countingServer());
    const call = clientOf(server).callTool(URL_A, 'pay', {}, { signal: AbortSignal.abort('no') });
    await expect(call).rejects.toBe('no');
    expect(server.connections).toEqual([]);
  });

  it('reaches the request under a policy that hands on no signal, or one that is not to be read', async () => {
    const unread = {
      get signal(): AbortSignal {
        throw new Error('made for nothing');
      },
      abortable: false,
    };
    for (const context of [{}, { abortable: false }]) {
      const server = memoryServer(countingServer(), { intercept: hanging('pay') });
      const client = clientOf(server, { client: { policy: { execute: (fn) => fn(context) } } });
      await client.listTools(URL_A);
      const stop = new AbortController();
      const call = client.callTool(URL_A, 'pay', {}, { signal: stop.signal });
      stop.abort('enough');
      await expect(call).rejects.toBe('enough');
    }
    const lazy = clientOf(memoryServer(countingServer()), {
      client: { policy: { execute: (fn) => fn(unread) } },
    });
    await lazy.callTool(URL_A, 'pay');
  });

  it('by an attempt timeout of the policy ends the request too', async () => {
    const server = memoryServer(countingServer(), { intercept: hanging('pay') });
    const client = clientOf(server, {
      client: { policy: wrap(patient(), attemptTimeout({ timeoutMs: 20 })) },
    });
    await expect(client.callTool(URL_A, 'pay')).rejects.toMatchObject({ delivery: 'unknown' });
    const methods = server.connections[0]?.received.map(({ method }) => method);
    expect(methods?.filter((method) => method === 'tools/call')).toHaveLength(1);
    expect(methods).toContain('notifications/cancelled');
  });
});

describe("one call's failure", () => {
  it('leaves its neighbours on the same connection alone', async () => {
    const server = memoryServer(countingServer(), { intercept: hanging('pay') });
    const client = clientOf(server);
    await client.listTools(URL_A);
    const controller = new AbortController();
    const failing = [
      client.callTool(URL_A, 'pay', {}, { timeoutMs: 10 }),
      client.callTool(URL_A, 'pay', {}, { signal: controller.signal }),
      client.callTool(URL_A, 'no such tool'),
      client.request(URL_A, 'no/such'),
    ].map((call) =>
      call.then(
        () => 'ok',
        () => 'failed',
      ),
    );
    const neighbours = Array.from({ length: 20 }, (_, n) =>
      client.callTool(URL_A, 'echo', { text: `${n}` }),
    );
    controller.abort();
    const results = await Promise.all(neighbours);
    expect(results.map(({ content }) => content[0]?.text)).toEqual(results.map((_, n) => `${n}`));
    expect(await Promise.all(failing)).toEqual(['failed', 'failed', 'failed', 'failed']);
    expect(server.connections).toHaveLength(1);
  });
});

it('works under a whole strategy', async () => {
  const runs: Runs = {};
  const server = memoryServer(countingServer(runs), { intercept: losing('echo', 1) });
  const client = clientOf(server, { client: { policy: strategy('circuit-breaker') } });
  await client.callTool(URL_A, 'echo', { text: 'a' });
  expect(runs).toEqual({ echo: 2 });
});
