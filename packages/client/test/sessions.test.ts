import { createPool } from '@x/pool';
import { retry } from '@x/retry';
import { describe, expect, it } from 'vitest';
import { FakeClock, flush } from '../../../test/fake-clock.js';
import {
  type Dial,
  isConfigError,
  McpClient,
  type SessionEvent,
  type SessionFactoryOptions,
  sessionFactory,
  singleSessions,
} from '../src/index.js';
import { sdkSession } from '../src/sdk.js';
import { clientOf, countingServer, memoryServer, type Runs, URL_A } from './workshop.js';

const methodsOf = (server: ReturnType<typeof memoryServer>) =>
  server.connections.map(({ received }) =>
    received.map(({ method }) => method).filter((method) => method !== 'notifications/initialized'),
  );

/** Ends the newest connection, so that the next call needs another. */
const hangUp = async (server: ReturnType<typeof memoryServer>) => {
  await server.connections.at(-1)?.server.close();
  await flush();
};

describe('the era of a server', () => {
  it('is asked for once; the next connection adopts the answer and asks nothing', async () => {
    const server = memoryServer(countingServer());
    const client = clientOf(server);
    await client.listTools(URL_A);
    await hangUp(server);
    await client.listTools(URL_A);
    expect(methodsOf(server)).toEqual([['server/discover', 'tools/list'], ['tools/list']]);
    expect(server.connections[0]?.received[0]?.id).toBeTypeOf('number');
  });

  it('is asked for again after discoveryTtlMs', async () => {
    const clock = new FakeClock();
    const server = memoryServer(countingServer());
    const client = clientOf(server, { clock, discoveryTtlMs: 1_000 });
    for (const ms of [0, 999, 1]) {
      await clock.advance(ms);
      await client.listTools(URL_A);
      await hangUp(server);
    }
    expect(methodsOf(server).map(([first]) => first)).toEqual([
      'server/discover',
      'tools/list',
      'server/discover',
    ]);
  });

  it.each(['a pool', 'single sessions'])(
    'is asked for again after evict or clear: %s',
    async (kind) => {
      const server = memoryServer(countingServer());
      const factory = sessionFactory({
        session: sdkSession(),
        transports: { memory: server.dial },
      });
      const { forget = expect.fail() } = factory;
      const client =
        kind === 'a pool'
          ? new McpClient({ sessions: createPool({ ...factory }), forget })
          : new McpClient({ sessions: singleSessions(factory) });
      const other = { url: URL_A, scope: 'other' };
      await client.listTools(URL_A);
      await client.listTools(other);
      for (const drop of [() => client.evict(URL_A), () => client.clear()]) {
        // Whether a session is open or not.
        await hangUp(server);
        await drop();
        await client.listTools(URL_A);
        await client.listTools(other, { refresh: true });
      }
      const asked = methodsOf(server).filter((methods) => methods.includes('server/discover'));
      expect(asked).toHaveLength(5);
      await client.close();
    },
  );

  it('is asked for again when what was remembered proves stale, and the call goes on', async () => {
    let upgraded = false;
    const server = memoryServer(countingServer(), {
      intercept({ method, id }, { server, received }) {
        if (!upgraded || method !== 'tools/list' || received.length > 1) return false;
        const data = { supported: ['2027-01-01'], requested: '2026-07-28' };
        const error = { code: -32022, message: 'unsupported protocol version', data };
        void server.send({ jsonrpc: '2.0', id, error } as never);
        return true;
      },
    });
    const policy = retry({ attempts: 2, backoff: { delayMs: () => 0 } });
    const client = clientOf(server, { client: { policy } });
    await client.listTools(URL_A);
    await hangUp(server);
    upgraded = true;
    expect((await client.listTools(URL_A)).tools).toHaveLength(3);
    expect(methodsOf(server)).toEqual([
      ['server/discover', 'tools/list'],
      ['tools/list'],
      ['server/discover', 'tools/list'],
    ]);
  });

  it('is asked for again after a server answered its first call with bewilderment', async () => {
    const runs = {};
    const modern = memoryServer(countingServer(runs));
    const legacy = memoryServer(countingServer(runs), {
      era: 'legacy',
      intercept: ({ method, id }, { server, received }) => {
        if (method === 'initialize' || received.some(({ method }) => method === 'initialize'))
          return false;
        const error = { code: -32602, message: 'Invalid request parameters' };
        void server.send({ jsonrpc: '2.0', id, error } as never);
        return true;
      },
    });
    let now = modern;
    const client = clientOf({ dial: (...args) => now.dial(...args) });
    await client.listTools(URL_A);
    await hangUp(modern);
    now = legacy;
    await expect(client.listTools(URL_A)).rejects.toMatchObject({ rpcCode: -32602 });
    expect((await client.listTools(URL_A)).tools).toHaveLength(3);
    expect(methodsOf(legacy)).toEqual([
      ['tools/list'],
      ['server/discover', 'initialize', 'tools/list'],
    ]);
  });

  it('is legacy on the same connection, if the server answers with any error but a modern one', async () => {
    const server = memoryServer(countingServer(), { era: 'legacy' });
    const client = clientOf(server);
    await client.listTools(URL_A);
    await hangUp(server);
    await client.listTools(URL_A);
    expect(methodsOf(server)).toEqual([
      ['server/discover', 'initialize', 'tools/list'],
      ['initialize', 'tools/list'],
    ]);
  });

  it('is legacy on a fresh connection, if the server is silent; until legacyTtlMs has passed', async () => {
    const clock = new FakeClock();
    const server = memoryServer(countingServer(), {
      era: 'legacy',
      intercept: ({ method }) => method === 'server/discover',
    });
    const client = clientOf(server, { clock, legacyTtlMs: 60_000, sdk: { clock } });
    const call = client.listTools(URL_A);
    await flush();
    await clock.advance(1_999);
    expect(server.connections).toHaveLength(1);
    await clock.advance(1);
    expect((await call).tools).toHaveLength(3);
    expect(methodsOf(server)).toEqual([['server/discover'], ['initialize', 'tools/list']]);
    expect(server.open()).toHaveLength(1);
    await hangUp(server);
    await client.listTools(URL_A);
    expect(server.connections).toHaveLength(3);
    await clock.advance(60_000);
    await hangUp(server);
    const later = client.listTools(URL_A);
    await flush();
    await clock.advance(2_000);
    await later;
    expect(methodsOf(server).slice(3)).toEqual([['server/discover'], ['initialize', 'tools/list']]);
    expect(clock.timers).toBe(0);
  });

  it('is legacy on a fresh connection, if the server hangs up on the question', async () => {
    const server = memoryServer(countingServer(), {
      era: 'legacy',
      intercept: ({ method }, { server }) => method === 'server/discover' && server.close(),
    });
    expect((await clientOf(server).listTools(URL_A)).tools).toHaveLength(3);
  });

  it('is asked for once more, if a server that was silent refuses initialize: it was cold', async () => {
    const clock = new FakeClock();
    let cold = true;
    const server = memoryServer(countingServer(), {
      era: 'modern',
      intercept: ({ method }) => method === 'server/discover' && cold,
    });
    const client = clientOf(server, { sdk: { clock } });
    const call = client.listTools(URL_A);
    await flush();
    cold = false;
    await clock.advance(2_000);
    expect((await call).tools).toHaveLength(3);
    expect(methodsOf(server)).toEqual([
      ['server/discover'],
      ['initialize'],
      ['server/discover', 'tools/list'],
    ]);
    expect(server.open()).toHaveLength(1);
    expect(await client.discover(URL_A)).toMatchObject({ era: 'modern' });
  });

  it('that nobody speaks is a typed error, and nothing stays open', async () => {
    const server = memoryServer(countingServer(), {
      intercept: ({ id }, { server }) => {
        const error = { code: -32603, message: 'no' };
        if (id !== undefined) void server.send({ jsonrpc: '2.0', id, error } as never);
        return true;
      },
    });
    const client = clientOf(server);
    await expect(client.listTools(URL_A)).rejects.toMatchObject({
      name: 'ProtocolError',
      rpcCode: -32603,
    });
    await flush();
    expect(server.open()).toEqual([]);
    expect(client.stats()).toEqual({ sessions: 0, inFlight: 0 });
  });

  it('of a future that has no version in common is a typed error', async () => {
    const server = memoryServer(countingServer(), {
      intercept: ({ id }, { server }) => {
        const error = { code: -32022, message: 'unsupported', data: { supported: ['2030-01-01'] } };
        void server.send({ jsonrpc: '2.0', id, error } as never);
        return true;
      },
    });
    await expect(clientOf(server).listTools(URL_A)).rejects.toMatchObject({ rpcCode: -32022 });
    await flush();
    expect(server.open()).toEqual([]);
  });
});

describe('a pool of sessions', () => {
  const pooled = (dial: Dial, options: Partial<SessionFactoryOptions> = {}) => {
    const transports = { memory: dial };
    const factory = sessionFactory({ session: sdkSession(), transports, ...options });
    return new McpClient({ sessions: createPool({ ...factory, maxConnections: 3 }) });
  };

  it('grows for a modern server, not for one that keeps a session per connection', async () => {
    for (const [era, options, most] of [
      ['modern', {}, 3],
      ['legacy', {}, 1],
      ['legacy', { legacyMayGrow: true }, 3],
    ] as const) {
      const server = memoryServer(countingServer(), { era });
      const client = pooled(server.dial, options);
      const call = () => client.callTool(URL_A, 'pay');
      await Promise.all(Array.from({ length: 30 }, call));
      await Promise.all(Array.from({ length: 30 }, call));
      expect(server.connections.length).toBeLessThanOrEqual(most);
      if (most === 1) expect(server.connections).toHaveLength(1);
      else expect(server.connections.length).toBeGreaterThan(1);
      await client.close();
      expect(client.stats()).toMatchObject({ connected: 0, leases: 0 });
      expect(server.open()).toEqual([]);
    }
  });

  it('learns of a loss at once: the next call gets a new session', async () => {
    const server = memoryServer(countingServer());
    const client = pooled(server.dial);
    await client.callTool(URL_A, 'pay');
    await server.connections[0]?.server.close();
    await client.callTool(URL_A, 'pay');
    expect(server.connections).toHaveLength(2);
    await client.close();
  });

  it('gives up a dial that nobody waits for', async () => {
    const signals: AbortSignal[] = [];
    const client = pooled((_, { signal }) => {
      signals.push(signal);
      return new Promise(() => {});
    });
    const call = client.callTool(URL_A, 'pay');
    await flush();
    await client.close();
    await expect(call).rejects.toMatchObject({ code: 'POOL_CLOSED' });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });
});

describe('a session that comes too late', () => {
  it('is closed', async () => {
    const server = memoryServer(countingServer());
    let go = () => {};
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    const dial: Dial = async (...args) => {
      await gate;
      return server.dial(...args);
    };
    const client = clientOf({ dial });
    const call = client.callTool(URL_A, 'pay', {}, { timeoutMs: 5 });
    await expect(call).rejects.toMatchObject({ delivery: 'not-sent' });
    go();
    await flush();
    await flush();
    expect(server.open()).toEqual([]);
  });
});

describe('session events', () => {
  it('tell of opening, closing and violations, with masked endpoints', async () => {
    const events: SessionEvent[] = [];
    const server = memoryServer(countingServer());
    const client = clientOf(server, { observer: (event) => events.push(event) });
    await client.listTools('memory://user:pass@server/mcp?token=secret');
    const wire = server.connections[0]?.server;
    await wire?.send({ jsonrpc: '2.0', id: 999, result: {} });
    await wire?.send({ jsonrpc: '2.0', id: 1_000, method: 'roots/list' });
    await wire?.close();
    await flush();
    await client.listTools('memory://user:pass@server/mcp?token=secret');
    await client.close();
    await flush();
    expect(events.map(({ type }) => type)).toEqual([
      'session.open',
      'session.violation',
      'session.violation',
      'session.closed',
      'session.open',
      'session.closed',
    ]);
    const endpoint = 'memory://***@server/mcp?***';
    const about = { endpoint, era: 'modern', protocolVersion: '2026-07-28' };
    expect(events[0]).toMatchObject({ ...about, durationMs: expect.any(Number) });
    expect(events[1]).toMatchObject({ endpoint, kind: 'unknown-id' });
    expect(events[2]).toMatchObject({ endpoint, kind: 'request' });
    expect(events[3]).toMatchObject({ ...about, reason: 'lost', error: 'SESSION' });
    expect(events[5]).toMatchObject({ ...about, reason: 'closed' });
    expect(new Set(events.slice(0, 4).map((event) => event.id)).size).toBe(1);
    expect(JSON.stringify(events)).not.toMatch(/secret|pass/);
  });

  it('do not tell of an answer that comes after its cancellation', async () => {
    const events: SessionEvent[] = [];
    const answers: (() => void)[] = [];
    const server = memoryServer(countingServer(), {
      intercept({ method, id }, { server }) {
        if (method !== 'tools/call') return false;
        answers.push(() => void server.send({ jsonrpc: '2.0', id, result: {} } as never));
        return true;
      },
    });
    const client = clientOf(server, { observer: (event) => events.push(event) });
    await expect(client.callTool(URL_A, 'pay', {}, { timeoutMs: 20 })).rejects.toThrow();
    for (const answer of answers) answer();
    // Twice is once too often.
    for (const answer of answers) answer();
    await flush();
    expect(events.map(({ type }) => type)).toEqual(['session.open', 'session.violation']);
  });
});

describe('sessionFactory', () => {
  it.each([
    ['session', {}],
    ['transports', { session: () => {} }],
    ['transports', { session: () => {}, transports: { ws: 'ws' } }],
    ['retries', { session: () => {}, transports: {}, retries: 3 }],
    ['discoveryTtlMs', { session: () => {}, transports: {}, discoveryTtlMs: -1 }],
    ['handlers', { session: () => {}, transports: {}, handlers: { 'roots/list': [] } }],
    ['handlers', { session: () => {}, transports: {}, handlers: { 'roots/read': () => {} } }],
    ['legacyMayGrow', { session: () => {}, transports: {}, legacyMayGrow: 1 }],
    ['clientInfo', { session: () => {}, transports: {}, clientInfo: {} }],
    ['clientInfo', { session: () => {}, transports: {}, clientInfo: { name: 5, version: '1' } }],
  ])('wants a right %s', (option, options) => {
    expect(() => sessionFactory(options as never)).toThrow(
      expect.toSatisfy((error) => isConfigError(error) && error.option === option),
    );
  });

  it('takes no session maker that makes none', async () => {
    const factory = sessionFactory({
      session: async () => ({ info: {} }) as never,
      transports: { memory: () => expect.fail() },
    });
    const created = factory.create(URL_A, { signal: new AbortController().signal });
    await expect(created).rejects.toSatisfy(isConfigError);
  });
});

describe('a session that is lost before it is open', () => {
  it.each(['server/discover', 'initialize'])(
    'at %s has taken no call along: a tool that must not run twice is tried again',
    async (method) => {
      const runs: Runs = {};
      let losses = 3;
      const server = memoryServer(countingServer(runs), {
        era: 'legacy',
        intercept: (message, { server }) =>
          message.method === method && losses-- > 0 && server.close(),
      });
      const policy = retry({ attempts: 5, backoff: { delayMs: () => 0 } });
      const client = clientOf(server, { client: { policy } });
      await client.callTool(URL_A, 'pay');
      expect(runs).toEqual({ pay: 1 });
      const failing = memoryServer(countingServer(), {
        era: 'legacy',
        intercept: (message, { server }) => message.method === method && server.close(),
      });
      if (method === 'server/discover') return;
      const call = clientOf(failing).callTool(URL_A, 'pay');
      await expect(call).rejects.toMatchObject({ name: 'SessionError', delivery: 'not-sent' });
    },
  );

  it('by a network that failed once is not taken for an old one', async () => {
    let cuts = 1;
    const server = memoryServer(countingServer(), {
      intercept: (_, { server }) => cuts-- > 0 && server.close(),
    });
    expect(await clientOf(server).discover(URL_A)).toMatchObject({ era: 'modern' });
  });
});

it('a request of a server is not swallowed with late answers of the same id', async () => {
  const events: SessionEvent[] = [];
  const asked: unknown[] = [];
  const server = memoryServer(countingServer(), {
    era: 'legacy',
    intercept: ({ method, id }, { server }) => {
      if (method !== 'tools/call') return false;
      asked.push(() => server.send({ jsonrpc: '2.0', id, method: 'roots/list' } as never));
      return true;
    },
  });
  const roots = () => ({ roots: [] });
  const client = clientOf(server, {
    observer: (event) => events.push(event),
    handlers: { 'roots/list': roots },
  });
  await expect(client.callTool(URL_A, 'pay', {}, { timeoutMs: 20 })).rejects.toThrow();
  for (const ask of asked) await (ask as () => Promise<void>)();
  await flush();
  expect(server.connections[0]?.received.at(-1)).toMatchObject({ result: { roots: [] } });
});
