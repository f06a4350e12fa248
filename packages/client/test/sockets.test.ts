import { createServer, type Server, type Socket } from 'node:net';
import { McpServer } from '@modelcontextprotocol/server';
import { createMetrics, recordEvents } from '@x/metrics';
import { createPool } from '@x/pool';
import { retry, strategy } from '@x/retry';
import { WebSocketClientTransport } from '@x/transport-ws';
import { serveWebSocket, type WebSocketServerHandle } from '@x/transport-ws/server';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  type Dial,
  type Endpoint,
  isOutcomeUnknownError,
  McpClient,
  type McpClientOptions,
  type SessionSource,
  sessionFactory,
  singleSessions,
} from '../src/index.js';
import { sdkSession } from '../src/sdk.js';
import { countingServer, type Runs } from './workshop.js';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

async function serve(
  factory: () => McpServer = countingServer(),
  options: Parameters<typeof serveWebSocket>[1] = {},
): Promise<WebSocketServerHandle> {
  const handle = await serveWebSocket(factory, options);
  endings.push(() => handle.close());
  return handle;
}

const ws: Dial = (url, options) => new WebSocketClientTransport(url, options);
const factoryOf = (dial: Dial = ws) =>
  sessionFactory({ session: sdkSession(), transports: { ws: dial, wss: dial } });

function pooled(options: Omit<Partial<McpClientOptions>, 'sessions'> = {}, dial = ws) {
  const sessions = createPool({ ...factoryOf(dial), maxConcurrency: 64, maxTotal: 1_000 });
  const client = new McpClient({ ...options, sessions });
  endings.push(() => client.close());
  return client;
}

const text = (result: { content: readonly { text?: string }[] }) => result.content[0]?.text;

describe('over real sockets', () => {
  it('works with every subset of pool, retry, guard and metrics', async () => {
    const { url } = await serve();
    for (let subset = 0; subset < 16; subset++) {
      const [pool, policy, guard, metrics] = [1, 2, 4, 8].map((bit) => (subset & bit) !== 0);
      const observer = metrics ? recordEvents(createMetrics()) : undefined;
      const guarded: Dial = (to, options) =>
        new WebSocketClientTransport(to, {
          ...options,
          ...(guard && { guard: { check: async (url) => ({ url, addresses: ['127.0.0.1'] }) } }),
        });
      const factory = factoryOf(guarded);
      const sessions: SessionSource<Endpoint> = pool
        ? createPool(factory)
        : singleSessions(factory);
      const client = new McpClient({
        sessions,
        ...(policy && { policy: strategy('circuit-breaker') }),
        ...(observer && { observer }),
      });
      expect((await client.listTools(url)).tools).toHaveLength(3);
      expect(text(await client.callTool(url, 'echo', { text: `${subset}` }))).toBe(`${subset}`);
      await client.close();
    }
  });

  it('gives every caller its own answer, many at once', async () => {
    const { url } = await serve();
    const client = pooled();
    const answers = await Promise.all(
      Array.from({ length: 500 }, (_, n) => client.callTool(url, 'echo', { text: `${n}` })),
    );
    expect(answers.map(text)).toEqual(answers.map((_, n) => `${n}`));
  });

  it('refuses what the guard refuses, for good', async () => {
    const refusal = Object.assign(new Error('private'), { delivery: 'not-sent', retryable: false });
    const guard = { check: () => Promise.reject(refusal) };
    const client = pooled(
      { policy: strategy('exponential') },
      (to, options) => new WebSocketClientTransport(to, { ...options, guard }),
    );
    const call = client.listTools('ws://127.0.0.1:9/mcp');
    await expect(call).rejects.toBe(refusal);
  });

  it('says what a server that is down is: not sent, and worth another try', async () => {
    const handle = await serve();
    await handle.close();
    const call = pooled().listTools(handle.url);
    await expect(call).rejects.toMatchObject({ name: 'ConnectionError', delivery: 'not-sent' });
  });

  it('asks for fresh headers when a token has expired', async () => {
    let valid = 'one';
    const { url } = await serve(countingServer(), {
      authenticate: ({ headers }) =>
        headers.authorization === `Bearer ${valid}`
          ? { token: valid, clientId: 'ann', scopes: [] }
          : new Response('expired', { status: 401 }),
    });
    const asked: boolean[] = [];
    const endpoint = {
      url,
      headers: ({ refused }: { refused: boolean }) => {
        asked.push(refused);
        return { authorization: `Bearer ${refused ? valid : 'one'}` };
      },
    };
    const client = pooled();
    await client.listTools(endpoint);
    valid = 'two';
    await client.evict(endpoint);
    await client.listTools(endpoint);
    expect(asked).toEqual([false, false, true]);
    const fixed = { url, headers: { authorization: 'Bearer one' } };
    await expect(client.listTools(fixed)).rejects.toMatchObject({ status: 401 });
  });

  it('runs a tool whose connection is cut exactly once', async () => {
    const runs: Runs = {};
    const sockets = new Set<Socket>();
    let cut = () => {};
    const factory = () => {
      const server = countingServer(runs)();
      server.registerTool('slow', {}, async () => {
        runs.slow = (runs.slow ?? 0) + 1;
        cut();
        return { content: [] };
      });
      return server;
    };
    const handle = await serve(factory);
    const proxy = await proxyTo(handle.port, sockets);
    cut = () => {
      for (const socket of sockets) socket.resetAndDestroy();
    };
    const policy = retry({ attempts: 5, backoff: { delayMs: () => 0 } });
    const error = await pooled({ policy })
      .callTool(`ws://127.0.0.1:${proxy}/mcp`, 'slow')
      .catch((error) => error);
    expect(error).toSatisfy(isOutcomeUnknownError);
    expect(error.cause).toMatchObject({ closeCode: 1006, delivery: 'unknown' });
    expect(runs.slow).toBe(1);
  });

  it('loses no call while its server drains: what runs ends, what comes goes elsewhere', async () => {
    const runs: Runs = {};
    let release = () => {};
    let started = () => {};
    const factory = () => {
      const server = countingServer(runs)();
      server.registerTool('slow', {}, async () => {
        started();
        await new Promise<void>((resolve) => {
          release = resolve;
        });
        return { content: [{ type: 'text', text: 'done' }] };
      });
      return server;
    };
    const old = await serve(factory);
    let port = old.port;
    const proxy = await proxyTo(() => port);
    const policy = retry({ attempts: 3, backoff: { delayMs: () => 0, maxMs: 5_000 } });
    const client = pooled({ policy });
    const url = `ws://127.0.0.1:${proxy}/mcp`;
    const running = new Promise<void>((resolve) => {
      started = resolve;
    });
    const slow = client.callTool(url, 'slow');
    await running;
    port = (await serve(factory)).port;
    const drained = old.drain();
    await Promise.all(Array.from({ length: 50 }, () => client.callTool(url, 'pay')));
    expect(runs.pay).toBe(50);
    release();
    expect(text(await slow)).toBe('done');
    await drained;
    expect(client.stats()).toMatchObject({ connected: 1, leases: 0 });
  });

  it('keeps a black hole from everybody else', async () => {
    const factory = () => {
      const server = new McpServer({ name: 'fast', version: '1.0.0' });
      server.registerTool('echo', { inputSchema: z.object({ n: z.number() }) }, async ({ n }) => ({
        content: [{ type: 'text', text: `${n}` }],
      }));
      return server;
    };
    const { url } = await serve(factory);
    const hole = createServer(() => {});
    await new Promise<void>((resolve) => hole.listen(0, '127.0.0.1', resolve));
    const holes = new Set<Socket>();
    hole.on('connection', (socket) => holes.add(socket));
    endings.push(() => {
      for (const socket of holes) socket.destroy();
      hole.close();
    });
    const { port } = hole.address() as { port: number };
    const client = pooled({ policy: strategy('circuit-breaker') });
    const stop = new AbortController();
    const lost = Array.from({ length: 64 }, () =>
      client
        .callTool(`ws://127.0.0.1:${port}/mcp`, 'echo', { n: 0 }, { signal: stop.signal })
        .catch((error) => error),
    );
    const endpoints = Array.from({ length: 50 }, (_, n) => ({ url, scope: `${n}` }));
    const answers = await Promise.all(
      endpoints.map((endpoint, n) => client.callTool(endpoint, 'echo', { n })),
    );
    expect(answers.map(text)).toEqual(endpoints.map((_, n) => `${n}`));
    stop.abort('enough');
    expect(new Set(await Promise.all(lost))).toEqual(new Set(['enough']));
  });

  it('leaves nothing behind', async () => {
    const handle = await serve();
    const client = pooled();
    await client.listTools(handle.url);
    await client.listen(handle.url, { toolsListChanged: true }, { onNotification: () => {} });
    expect(handle.connections).toBe(1);
    await client.close();
    expect(client.stats()).toMatchObject({ connected: 0, leases: 0, background: 0, waiting: 0 });
    await expect.poll(() => handle.connections).toBe(0);
    await expect(client.listTools(handle.url)).rejects.toMatchObject({ delivery: 'not-sent' });
  });
});

/** A TCP proxy whose sockets can be cut. */
async function proxyTo(port: number | (() => number), sockets = new Set<Socket>()) {
  const { connect } = await import('node:net');
  const proxy: Server = createServer((near) => {
    const far = connect(typeof port === 'number' ? port : port(), '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  endings.push(() => {
    for (const socket of sockets) socket.destroy();
    proxy.close();
  });
  return (proxy.address() as { port: number }).port;
}
