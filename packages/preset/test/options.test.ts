import type { SessionContext } from '@x/client';
import { createMetrics } from '@x/metrics';
import { toPrometheus } from '@x/metrics/prometheus';
import { describe, expect, it } from 'vitest';
import {
  type CreateMcpClientOptions,
  createMcpClient,
  highThroughput,
  isCircuitOpenError,
  isConfigError,
  isConnectionError,
  isPoolTimeoutError,
  isUnsafeUrlError,
  lowLatency,
} from '../src/index.js';
import { ended, FakeClock, flush } from './fake-clock.js';
import {
  clientOf,
  deadPort,
  eventually,
  startBlackHole,
  startServer,
  TcpProxy,
  Timeline,
  textOf,
} from './workshop.js';

const echo = (text = 'hi') => ['echo', { text }] as const;

describe('pool', () => {
  it('maxConnections: so many connections to one server, and no more', async () => {
    const server = await startServer();
    const client = clientOf({ pool: { maxConnections: 2, maxConcurrency: 1 } });
    const calls = Array.from({ length: 6 }, () => client.callTool(server.url, 'hold'));
    await eventually(() => server.held).toBe(2);
    expect(client.stats()).toMatchObject({ connected: 2, waiting: 4 });
    for (let done = 0; done < 6; done += 2) {
      await eventually(() => server.held).toBe(2);
      server.release();
    }
    await Promise.all(calls);
    expect(server.upgrades).toHaveLength(2);
  });

  it('maxConnections 0: a connection for each call, closed after it', async () => {
    const server = await startServer();
    const client = clientOf({ pool: { maxConnections: 0 } });
    await Promise.all([1, 2, 3].map(() => client.callTool(server.url, ...echo())));
    expect(server.upgrades).toHaveLength(3);
    await eventually(() => server.connections).toBe(0);
  });

  it('by default, 64 calls share one connection', async () => {
    const server = await startServer();
    const client = clientOf();
    const calls = Array.from({ length: 64 }, () => client.callTool(server.url, 'hold'));
    await eventually(() => server.held).toBe(64);
    expect(server.connections).toBe(1);
    const another = client.callTool(server.url, 'hold');
    await eventually(() => server.held).toBe(65);
    expect(server.connections).toBe(2);
    server.release();
    await Promise.all([...calls, another]);
  });

  it('createTimeoutMs: a server that takes the connection and is silent costs no more', async () => {
    const clock = new FakeClock();
    const hole = await startBlackHole();
    const client = clientOf({ clock, retry: 'simple', pool: { createTimeoutMs: 300 } });
    const call = client.callTool(hole.url, ...echo()).catch((error: unknown) => error);
    await eventually(() => hole.dials).toBe(1);
    await clock.advance(299);
    expect(client.stats().creating).toBe(1);
    await clock.advance(1);
    expect(await call).toSatisfy(isPoolTimeoutError);
    expect(await call).toMatchObject({ delivery: 'not-sent' });
  });

  it('cleanupIntervalMs and maxIdleMs: an idle connection is closed at the first clean-up after', async () => {
    const clock = new FakeClock();
    const server = await startServer();
    const pool = { maxIdleMs: 1_000, cleanupIntervalMs: 700 };
    const client = clientOf({ clock, pool, transport: { pingIntervalMs: 0 } });
    await client.callTool(server.url, ...echo());
    await clock.advance(1_399);
    expect(client.stats().connected).toBe(1);
    await clock.advance(1);
    expect(client.stats().connected).toBe(0);
    await eventually(() => server.connections).toBe(0);
  });

  it('keepAlive: whether a connection outlives its last call', async () => {
    const server = await startServer();
    const keeping = clientOf();
    await keeping.callTool(server.url, ...echo());
    expect(keeping.stats().idle).toBe(1);
    await keeping.close();

    const client = clientOf({ pool: { keepAlive: false } });
    await client.callTool(server.url, ...echo());
    expect(client.stats().idle).toBe(0);
    await eventually(() => server.connections).toBe(0);
  });

  it('retryDelayMs: after a failed dial, the next one waits', async () => {
    const clock = new FakeClock();
    const timeline = new Timeline();
    const client = clientOf({
      clock,
      random: () => 0.5,
      observer: timeline.observer,
      retry: 'simple',
      pool: { retryDelayMs: 4_000 },
    });
    const url = `ws://127.0.0.1:${await deadPort()}/mcp`;
    await expect(client.callTool(url, ...echo())).rejects.toSatisfy(isConnectionError);
    const second = client.callTool(url, ...echo()).catch((error: unknown) => error);
    await flush();
    // Half of the pause at least, the rest by chance.
    await clock.advance(2_999);
    expect(timeline.of('ws.dial')).toHaveLength(1);
    await clock.advance(1);
    await timeline.seen('ws.dial', 2);
    expect(await second).toSatisfy(isConnectionError);
  });

  it('highThroughput: fifty connections to one server where calls need them', async () => {
    const server = await startServer();
    const client = clientOf({ pool: { ...highThroughput, maxConcurrency: 1 } });
    const calls = Array.from({ length: 60 }, () => client.callTool(server.url, 'hold'));
    await eventually(() => server.held).toBe(50);
    expect(client.stats()).toMatchObject({ connected: 50, waiting: 10 });
    server.release();
    await eventually(() => server.held).toBe(10);
    server.release();
    await Promise.all(calls);
  });

  it('lowLatency: a connection in reserve, and another before the first is full', async () => {
    const server = await startServer();
    const client = clientOf({ pool: lowLatency });
    const calls = Array.from({ length: 5 }, () => client.callTool(server.url, 'hold'));
    await eventually(() => server.held).toBe(5);
    await eventually(() => client.stats().idle).toBe(1);
    expect(client.stats().busy).toBeGreaterThanOrEqual(1);
    server.release();
    await Promise.all(calls);
  });
});

describe('transport', () => {
  it('handshakeTimeoutMs: how long a dial may take', async () => {
    const clock = new FakeClock();
    const hole = await startBlackHole();
    const client = clientOf({ clock, retry: 'simple', transport: { handshakeTimeoutMs: 700 } });
    const call = client.callTool(hole.url, ...echo()).catch((error: unknown) => error);
    await eventually(() => hole.dials).toBe(1);
    await clock.advance(700);
    expect(await call).toSatisfy(isConnectionError);
    expect(await call).toMatchObject({ code: 'DIAL_TIMEOUT', delivery: 'not-sent' });
  });

  it('pingIntervalMs: a connection is pinged that often', async () => {
    const clock = new FakeClock();
    const proxy = await TcpProxy.to(await startServer());
    const timeline = new Timeline();
    const { observer } = timeline;
    const client = clientOf({ clock, observer, transport: { pingIntervalMs: 5_000 } });
    await client.callTool(proxy.url, ...echo());
    await clock.advance(4_999);
    expect(proxy.pings).toBe(0);
    await clock.advance(1);
    await timeline.seen('ws.ping');
    expect(proxy.pings).toBe(1);
  });

  it('pongTimeoutMs: a silent connection fails its calls, and the next one is new', async () => {
    const clock = new FakeClock();
    const server = await startServer();
    const proxy = await TcpProxy.to(server);
    const client = clientOf({
      clock,
      retry: 'simple',
      transport: { pingIntervalMs: 5_000, pongTimeoutMs: 2_000 },
    });
    const call = client.callTool(proxy.url, 'hold').catch((error: unknown) => error);
    await eventually(() => server.held).toBe(1);
    proxy.frozen = true;
    await clock.advance(5_000);
    await eventually(() => proxy.pings).toBe(1);
    await clock.advance(2_000);
    expect(await call).toMatchObject({ delivery: 'unknown' });
    proxy.frozen = false;
    await client.callTool(proxy.url, ...echo());
    expect(proxy.connections).toBe(2);
  });

  it('compression: what repeats takes less on the wire', async () => {
    const server = await startServer({ compression: true });
    const bytesWith = async (compression: boolean) => {
      const proxy = await TcpProxy.to(server);
      const client = clientOf({ transport: { compression } });
      await client.callTool(proxy.url, 'big', { bytes: 100_000 });
      return proxy.bytesToClient;
    };
    expect(await bytesWith(false)).toBeGreaterThan(100_000);
    expect(await bytesWith(true)).toBeLessThan(10_000);
  });

  it('subprotocols: what is offered, and must be selected', async () => {
    const server = await startServer({ subprotocols: ['mcp-v1'] });
    const client = clientOf({ transport: { subprotocols: ['mcp-v1'] } });
    await client.callTool(server.url, ...echo());
    expect(server.upgrades[0]?.['sec-websocket-protocol']).toBe('mcp-v1');
    await expect(clientOf({ retry: 'simple' }).callTool(server.url, ...echo())).rejects.toSatisfy(
      isConnectionError,
    );
    expect(server.upgrades).toHaveLength(1);
  });

  it('maxMessageBytes: larger messages are refused, both ways', async () => {
    const server = await startServer();
    const client = clientOf({ retry: 'simple', transport: { maxMessageBytes: 10_000 } });
    const tooBig = client.callTool(server.url, ...echo('x'.repeat(10_000)));
    await expect(tooBig).rejects.toMatchObject({ code: 'MESSAGE_TOO_BIG', delivery: 'not-sent' });
    expect(server.runs.echo).toBeUndefined();
    const answer = client.callTool(server.url, 'big', { bytes: 10_000 });
    await expect(answer).rejects.toMatchObject({ cause: { closeCode: 1009 } });
    expect(textOf(await client.callTool(server.url, 'big', { bytes: 9_000 }))).toHaveLength(9_000);
  });
});

describe('retry', () => {
  const attemptsOf = async (retry: CreateMcpClientOptions['retry']) => {
    const clock = new FakeClock();
    const timeline = new Timeline();
    const { observer } = timeline;
    const client = clientOf({ clock, random: () => 0, observer, retry, pool: { retryDelayMs: 0 } });
    const url = `ws://127.0.0.1:${await deadPort()}/mcp`;
    const call = client.callTool(url, ...echo()).catch((error: unknown) => error);
    await ended(clock, call);
    expect(await call).toSatisfy(isConnectionError);
    return timeline.of('ws.dial').length;
  };

  it('simple: one attempt', async () => {
    expect(await attemptsOf('simple')).toBe(1);
  });

  it.each(['exponential', 'circuit-breaker', undefined] as const)(
    '%s: three attempts',
    async (name) => {
      expect(await attemptsOf(name)).toBe(3);
    },
  );

  it('circuit-breaker, the default: an endpoint that only fails is left alone, another is not', async () => {
    const timeline = new Timeline();
    const server = await startServer();
    const { observer } = timeline;
    const clock = new FakeClock();
    const client = clientOf({ clock, observer, pool: { retryDelayMs: 0 } });
    const url = `ws://127.0.0.1:${await deadPort()}/mcp?tenant=secret`;
    const fail = () => client.callTool(url, ...echo()).catch((error: unknown) => error);
    // It opens for longer each time, in the end for longer than calls are kept waiting.
    while (timeline.of('retry.gave-up').at(-1)?.reason !== 'retry-after') {
      await ended(clock, fail());
    }
    expect(timeline.of('breaker.opened')[0]?.name).toBe(url.split('?')[0]);
    const dials = timeline.of('ws.dial').length;
    expect(await fail()).toSatisfy(isCircuitOpenError);
    expect(timeline.of('ws.dial')).toHaveLength(dials);
    expect(textOf(await client.callTool(server.url, ...echo()))).toBe('hi');
  });

  it('a policy of your own runs every call', async () => {
    const server = await startServer();
    const keys: string[] = [];
    const client = clientOf({
      retry: {
        execute(fn, { key }) {
          keys.push(key);
          return fn({});
        },
      },
    });
    await client.callTool(server.url, ...echo());
    expect(keys).toEqual([server.url]);
  });

  it('a tool that may not run twice runs once when its connection is lost', async () => {
    const server = await startServer();
    const proxy = await TcpProxy.to(server);
    const client = clientOf();
    const call = client.callTool(proxy.url, 'hold', {}, { idempotent: false });
    await eventually(() => server.held).toBe(1);
    proxy.cut();
    await expect(call).rejects.toMatchObject({ name: 'OutcomeUnknownError', delivery: 'unknown' });
    expect(server.held).toBe(1);
  });

  it('a tool that only reads runs again on another connection', async () => {
    const server = await startServer();
    const proxy = await TcpProxy.to(server);
    const client = clientOf({ random: () => 0 });
    const call = client.callTool(proxy.url, 'hold');
    await eventually(() => server.held).toBe(1);
    proxy.cut();
    await eventually(() => server.held).toBe(2);
    server.release();
    expect(textOf(await call)).toBe('held');
  });
});

describe('security', () => {
  const denied = async (options: CreateMcpClientOptions, url: string) => {
    const error = await createMcpClient(options)
      .callTool(url, ...echo())
      .catch((reason: unknown) => reason);
    expect(error).toSatisfy(isUnsafeUrlError);
    return (error as { reason: string }).reason;
  };

  it('production, the default: no plain connection, no own machine, nothing is dialled', async () => {
    const server = await startServer();
    expect(await denied({}, server.url)).toBe('scheme');
    expect(await denied({}, server.url.replace('ws:', 'wss:'))).toBe('loopback');
    expect(await denied({ security: 'production' }, 'wss://10.0.0.1/mcp')).toBe('private');
    expect(server.connections + server.upgrades.length).toBe(0);
  });

  it('development: plain connections and the own machine, but no metadata service', async () => {
    const server = await startServer();
    await clientOf({ security: 'development' }).callTool(server.url, ...echo());
    await clientOf({ security: 'development' }).callTool(
      server.url.replace('127.0.0.1', 'localhost'),
      ...echo(),
    );
    expect(await denied({ security: 'development' }, 'ws://169.254.169.254/mcp')).toBe('metadata');
  });

  it('allowLoopback: whether the own machine may be dialled', async () => {
    const server = await startServer();
    await clientOf({ security: { allowLoopback: true } }).callTool(server.url, ...echo());
    expect(await denied({ security: { allowLoopback: false } }, server.url)).toBe('loopback');
  });

  it('false: no check', async () => {
    const server = await startServer();
    await clientOf({ security: false }).callTool(server.url, ...echo());
    expect(server.upgrades).toHaveLength(1);
  });

  it('a URL that is refused is no reason to try again, nor for the breaker', async () => {
    const timeline = new Timeline();
    const { observer } = timeline;
    const client = clientOf({ security: 'production', observer, pool: { retryDelayMs: 0 } });
    for (let i = 0; i < 20; i++) {
      await expect(client.callTool('ws://example.com/', ...echo())).rejects.toSatisfy(
        isUnsafeUrlError,
      );
    }
    expect(timeline.of('retry.scheduled')).toEqual([]);
    expect(timeline.of('breaker.opened')).toEqual([]);
    expect(timeline.of('guard.denied')).toHaveLength(20);
  });
});

describe('metrics', () => {
  it('true: the counters of the calls that were made', async () => {
    const server = await startServer();
    const client = clientOf({ metrics: true, retry: 'simple' });
    await client.callTool(server.url, ...echo());
    await client.callTool(server.url, ...echo());
    await client.callTool(server.url, 'fail');
    const dead = `ws://127.0.0.1:${await deadPort()}/mcp`;
    await expect(client.callTool(dead, ...echo())).rejects.toThrow();
    const metrics = client.getMetrics();
    expect(metrics).toMatchObject({
      websocket_pool_hits: 2,
      websocket_pool_misses: 1,
      websocket_pool_efficiency: 2 / 3,
      active_connections: 1,
      connection_errors: 1,
      total_success: 2,
      total_errors: 2,
    });
    expect(metrics.bytes_sent).toBeGreaterThan(100);
    expect(metrics.bytes_received).toBeGreaterThan(100);
    expect(metrics.endpoints[server.url]).toMatchObject({ calls: 3, errors: 1 });
    expect(toPrometheus(client.metrics)).toMatch(/mcp_ws_pool_hits_total.* 2\n/);
  });

  it('a Meter: receives the numbers', async () => {
    const server = await startServer();
    const meter = createMetrics();
    const client = clientOf({ metrics: meter });
    await client.callTool(server.url, ...echo());
    const durations = meter
      .snapshot()
      .metrics.find(({ name }) => name.endsWith('operation.duration'));
    expect(durations?.series).toHaveLength(1);
    expect(() => client.getMetrics()).toThrow(/metrics: true/);
  });

  it('off, the default: there are none to get, and a ConfigError says how to have them', () => {
    const client = clientOf();
    for (const read of [client.getMetrics, () => client.metrics]) {
      expect(read).toThrow(expect.toSatisfy(isConfigError));
    }
  });

  it('an observer hears the events besides, and one that throws breaks nothing', async () => {
    const server = await startServer();
    const types = new Set<string>();
    const client = clientOf({
      metrics: true,
      observer: ({ type }) => {
        types.add(type);
        throw new Error('observer');
      },
    });
    await client.callTool(server.url, ...echo());
    expect(client.getMetrics().total_success).toBe(1);
    for (const family of ['call', 'pool', 'ws', 'retry', 'guard', 'session']) {
      expect(
        [...types].some((type) => type.startsWith(`${family}.`)),
        family,
      ).toBe(true);
    }
  });

  it('without metrics and observer, nobody is told anything', async () => {
    const heard: unknown[] = [];
    const session = async ({ onViolation }: SessionContext): Promise<never> => {
      heard.push(onViolation);
      throw new Error('no session');
    };
    const call = (options: CreateMcpClientOptions) =>
      clientOf({ session, retry: 'simple', ...options })
        .listTools('ws://127.0.0.1:1/')
        .catch(() => {});
    await call({});
    await call({ metrics: true });
    await call({ observer: () => {} });
    expect(heard.map((each) => typeof each)).toEqual(['undefined', 'function', 'function']);
  });
});
