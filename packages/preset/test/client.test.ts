import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { SessionContext } from '@x/client';
import { build } from 'esbuild';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createMcpClient, isToolError, isUnsafeUrlError } from '../src/index.js';
import { ended, FakeClock } from './fake-clock.js';
import {
  clientOf,
  deadPort,
  eventually,
  listen,
  startHttpServer,
  startLegacyServer,
  startServer,
  TcpProxy,
  Timeline,
  textOf,
} from './workshop.js';

/** `exponential()` of `@x/retry`, before jitter. */
const FIRST_BACKOFF_MS = 1_000;

describe('endpoints', () => {
  it('headers are sent when dialling; two users of one URL never meet', async () => {
    const server = await startServer();
    const client = clientOf();
    const ada = { url: server.url, headers: { authorization: 'Bearer ada' } };
    const bob = { url: server.url, headers: { authorization: async () => 'Bearer bob' } };
    for (const endpoint of [ada, bob, ada, bob]) {
      await client.callTool(endpoint, 'echo', { text: 'hi' });
    }
    expect(server.upgrades.map(({ authorization }) => authorization)).toEqual([
      'Bearer ada',
      'Bearer bob',
    ]);
    expect(client.stats(ada)).toMatchObject({ connected: 1 });
  });

  it('a scope names who shares a connection', async () => {
    const server = await startServer();
    const client = clientOf();
    for (const scope of ['ada', 'bob', 'ada']) {
      await client.callTool({ url: server.url, scope, headers: { 'x-user': scope } }, 'pay');
    }
    expect(server.upgrades.map((headers) => headers['x-user'])).toEqual(['ada', 'bob']);
  });

  it('a bound endpoint makes the same calls', async () => {
    const server = await startServer();
    const workshop = clientOf().endpoint(server.url);
    const { tools } = await workshop.listTools();
    expect(tools.map(({ name }) => name)).toEqual([
      'echo',
      'pay',
      'fail',
      'hold',
      'big',
      'ask',
      'log',
    ]);
    expect(textOf(await workshop.callTool('echo', { text: 'hi' }))).toBe('hi');
  });
});

describe('its end', () => {
  it('evict: the next call dials again, running ones go on', async () => {
    const server = await startServer();
    const other = await startServer();
    const client = clientOf();
    await client.callTool(other.url, 'pay');
    const running = client.callTool(server.url, 'hold');
    await eventually(() => server.held).toBe(1);
    await client.evict(server.url);
    await client.callTool(server.url, 'pay');
    expect(server.upgrades).toHaveLength(2);
    server.release();
    expect(textOf(await running)).toBe('held');
    await eventually(() => server.connections).toBe(1);
    await client.callTool(other.url, 'pay');
    expect(other.upgrades).toHaveLength(1);
  });

  it('clear: all connections go', async () => {
    const servers = [await startServer(), await startServer()];
    const client = clientOf();
    for (const { url } of servers) await client.callTool(url, 'pay');
    await client.clear();
    for (const server of servers) await eventually(() => server.connections).toBe(0);
    expect(client.stats()).toMatchObject({ connected: 0 });
  });

  it('close: connections go, later calls are refused', async () => {
    const server = await startServer();
    const client = createMcpClient({ security: false });
    await client.callTool(server.url, 'pay');
    await client.close();
    await eventually(() => server.connections).toBe(0);
    await expect(client.callTool(server.url, 'pay')).rejects.toMatchObject({
      delivery: 'not-sent',
    });
    await client.close();
  });

  it('await using closes it', async () => {
    const server = await startServer();
    {
      await using client = createMcpClient({ security: false });
      await client.callTool(server.url, 'pay');
      expect(server.connections).toBe(1);
    }
    await eventually(() => server.connections).toBe(0);
  });
});

describe('both eras', () => {
  it('2026-07-28 is spoken where the server speaks it', async () => {
    const server = await startServer({ legacy: false });
    expect(await clientOf().discover(server.url)).toMatchObject({
      era: 'modern',
      protocolVersion: '2026-07-28',
      server: { name: 'workshop' },
    });
  });

  it.each([undefined, 'sdk'] as const)(
    'session: %s meets servers of before 2026-07-28, and remembers them',
    async (session) => {
      const server = await startLegacyServer();
      const client = clientOf({ session });
      expect(await client.discover(server.url)).toMatchObject({ era: 'legacy' });
      expect(textOf(await client.callTool(server.url, 'pay'))).toBe('paid');
      server.cut();
      await eventually(() => client.stats().connected).toBe(0);
      server.methods.length = 0;
      await client.callTool(server.url, 'pay');
      expect(server.methods[0]).toBe('initialize');
      // Until told to forget them.
      await client.evict(server.url);
      server.methods.length = 0;
      await client.callTool(server.url, 'pay');
      expect(server.methods[0]).toBe('server/discover');
    },
  );

  it('legacyMayGrow: whether such a server meets one caller twice', async () => {
    const server = await startLegacyServer();
    const connectionsWith = async (legacyMayGrow: boolean) => {
      const client = clientOf({ legacyMayGrow, pool: { maxConcurrency: 1, maxConnections: 2 } });
      await client.callTool(server.url, 'pay');
      await Promise.all([1, 2, 3, 4].map(() => client.callTool(server.url, 'pay')));
      return client.stats().connected;
    };
    expect(await connectionsWith(false)).toBe(1);
    expect(await connectionsWith(true)).toBe(2);
  });

  it("http endpoints go by the SDK's Streamable HTTP, guarded", async () => {
    const url = await startHttpServer();
    const client = clientOf();
    expect(textOf(await client.callTool(url, 'echo', { text: 'over HTTP' }))).toBe('over HTTP');
    const guarded = createMcpClient();
    onTestFinished(() => guarded.close());
    await expect(guarded.callTool(url, 'echo', { text: 'hi' })).rejects.toSatisfy(isUnsafeUrlError);
    const open = clientOf({ security: false });
    expect(textOf(await open.callTool(url, 'echo', { text: 'hi' }))).toBe('hi');
  });

  it("http goes to the addresses that the guard has judged, found by the guard's resolver", async () => {
    const { port } = new URL(await startHttpServer());
    const asked: string[] = [];
    const client = clientOf({
      security: {
        allowLoopback: true,
        allowHostsAnyAddress: ['mcp.example.com'],
        resolve: async (name) => {
          asked.push(name);
          return ['127.0.0.1'];
        },
      },
    });
    const result = await client.callTool(`http://mcp.example.com:${port}/mcp`, 'pay');
    expect(textOf(result)).toBe('paid');
    expect(new Set(asked)).toEqual(new Set(['mcp.example.com']));
  });

  it('http redirects are not followed to anywhere else', async () => {
    let asked = 0;
    const elsewhere = createServer((_, response) => {
      asked++;
      response.end();
    });
    const to = `http://127.0.0.1:${await listen(elsewhere)}/`;
    const server = createServer((_, response) => {
      response.writeHead(307, { location: to }).end();
    });
    const url = `http://127.0.0.1:${await listen(server)}/mcp`;
    onTestFinished(() => {
      elsewhere.close();
      server.close();
    });
    await expect(clientOf({ retry: 'simple' }).listTools(url)).rejects.toThrow(/redirect/i);
    expect(asked).toBe(0);
  });

  it('without the SDK, what needs it says what to install', async () => {
    const dir = mkdtempSync(fileURLToPath(new URL('.no-sdk-', import.meta.url)));
    onTestFinished(() => rmSync(dir, { recursive: true }));
    await build({
      entryPoints: [fileURLToPath(new URL('../src/index.ts', import.meta.url))],
      outdir: dir,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      splitting: true,
      platform: 'node',
      format: 'esm',
      external: ['undici', 'not-installed'],
      // For ws, which is CommonJS.
      banner: {
        js: "import { createRequire } from 'node:module';const require = createRequire(import.meta.url);",
      },
      alias: { '@modelcontextprotocol/client': 'not-installed' },
    });
    const { createMcpClient }: typeof import('../src/index.js') = await import(
      /* @vite-ignore */ pathToFileURL(join(dir, 'index.mjs')).href
    );
    const client = createMcpClient({ security: 'development' });
    onTestFinished(() => client.close());
    const modern = await startServer();
    expect(textOf(await client.callTool(modern.url, 'pay'))).toBe('paid');
    const legacy = await startLegacyServer();
    for (const url of [legacy.url, await startHttpServer()]) {
      await expect(client.callTool(url, 'pay')).rejects.toMatchObject({
        name: 'ConfigError',
        message: expect.stringContaining('npm install @modelcontextprotocol/client'),
      });
    }
  });

  it('ftp is no way to an MCP server', async () => {
    await expect(clientOf().listTools('ftp://127.0.0.1/')).rejects.toMatchObject({
      name: 'UnsupportedTransportError',
    });
  });
});

it('a connection that is lost before the call was sent is no unknown outcome', async () => {
  const server = await startServer();
  const proxy = await TcpProxy.to(server);
  proxy.cutAtMessage = 1;
  const client = clientOf({ random: () => 0, pool: { retryDelayMs: 0 } });
  expect(textOf(await client.callTool(proxy.url, 'pay'))).toBe('paid');
  expect(proxy.connections).toBe(2);
  expect(server.runs.pay).toBe(1);
});

describe('what is handed on', () => {
  it('throwOnToolError and timeoutMs', async () => {
    const server = await startServer();
    expect(await clientOf().callTool(server.url, 'fail')).toMatchObject({ isError: true });
    const strict = clientOf({ throwOnToolError: true, timeoutMs: 200, retry: 'simple' });
    await expect(strict.callTool(server.url, 'fail')).rejects.toSatisfy(isToolError);
    await expect(strict.callTool(server.url, 'hold')).rejects.toMatchObject({
      name: 'TimeoutError',
      delivery: 'unknown',
    });
  });

  it('handlers answer what a server asks for', async () => {
    const server = await startServer();
    const answer = { action: 'accept', content: { sure: true } };
    const client = clientOf({ handlers: { 'elicitation/create': () => answer } });
    const result = await client.callTool(server.url, 'ask');
    expect(JSON.parse(textOf(result))).toEqual(answer);
  });

  it.each(['auto', 'sdk'] as const)(
    'session %s: onNotification hears log messages',
    async (session) => {
      const server = await startServer();
      const heard: unknown[] = [];
      const client = clientOf({
        session,
        onNotification: ({ params }, endpoint) => heard.push([params?.data, endpoint]),
      });
      await client.callTool(server.url, 'log', {}, { logLevel: 'info' });
      await eventually(() => heard).toEqual([['logged', server.url]]);
    },
  );

  it('clientInfo and capabilities, and those that handlers stand for', async () => {
    const told: unknown[] = [];
    const session = async ({ clientInfo, capabilities }: SessionContext): Promise<never> => {
      told.push(clientInfo, capabilities);
      throw new Error('no session');
    };
    const client = clientOf({
      session,
      retry: 'simple',
      clientInfo: { name: 'agent', version: '7' },
      capabilities: { experimental: { mine: {} } },
      handlers: { 'roots/list': () => ({ roots: [] }) },
    });
    await expect(client.listTools('ws://127.0.0.1:1/')).rejects.toThrow('no session');
    expect(told).toEqual([
      { name: 'agent', version: '7' },
      { experimental: { mine: {} }, roots: {} },
    ]);
  });

  it('trustAnnotations: false leaves it to the caller what may run twice', async () => {
    const server = await startServer();
    const proxy = await TcpProxy.to(server);
    const client = clientOf({ trustAnnotations: false });
    const call = client.callTool(proxy.url, 'hold');
    await eventually(() => server.held).toBe(1);
    proxy.cut();
    await expect(call).rejects.toMatchObject({ name: 'OutcomeUnknownError' });
    expect(server.held).toBe(1);
  });

  it('trace: a span for each request', async () => {
    const server = await startServer();
    const spans: unknown[] = [];
    const client = clientOf({
      trace: {
        startCall: ({ method, tool }) => ({
          meta: {},
          end: ({ outcome }) => spans.push([method, tool, outcome]),
        }),
      },
    });
    await client.callTool(server.url, 'pay');
    expect(spans).toEqual([['tools/call', 'pay', 'ok']]);
  });
});

it('all packages go by the clock and the chance that they are given', async () => {
  const clock = new FakeClock();
  const timeline = new Timeline();
  const server = await startServer();
  const client = clientOf({ clock, random: () => 0.25, observer: timeline.observer });
  await client.callTool(server.url, 'pay');
  const dead = `ws://127.0.0.1:${await deadPort()}/mcp`;
  const call = client.callTool(dead, 'pay').catch((error: unknown) => error);
  await timeline.seen('retry.scheduled');
  expect(timeline.of('retry.scheduled')[0]?.delayMs).toBe(0.25 * FIRST_BACKOFF_MS);
  expect(timeline.events.filter(({ at }) => at !== clock.now())).toEqual([]);
  const families = new Set(timeline.events.map(({ type }) => type.split('.')[0]));
  expect([...families].sort()).toEqual(['call', 'guard', 'pool', 'retry', 'session', 'ws']);
  await ended(clock, call);
});
