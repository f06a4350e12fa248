import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { WebSocketClientTransport } from '@x/transport-ws';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { McpClient, sessionFactory, singleSessions } from '../src/index.js';
import { sdkSession } from '../src/sdk.js';

const require = createRequire(import.meta.url);

/** Where a package's program is. */
function binOf(name: string): string {
  const manifest = require.resolve(`${name}/package.json`);
  const { bin } = require(manifest) as { bin: string | Record<string, string> };
  return join(dirname(manifest), typeof bin === 'string' ? bin : (Object.values(bin)[0] ?? ''));
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0));
    });
  });
}

let bridge: ChildProcess;
let url: string;

// A server that nobody here wrote, behind a bridge that nobody here wrote: it carries no text ids,
// and never answers what it does not know.
beforeAll(async () => {
  const port = await freePort();
  const stdio = [process.execPath, binOf('@modelcontextprotocol/server-everything'), 'stdio'];
  bridge = spawn(
    process.execPath,
    [
      binOf('supergateway'),
      '--stdio',
      stdio.join(' '),
      '--outputTransport',
      'ws',
      '--port',
      `${port}`,
      '--messagePath',
      '/mcp',
    ],
    // Its own process group, so that its child goes with it.
    { detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  url = `ws://127.0.0.1:${port}/mcp`;
  await new Promise<void>((resolve, reject) => {
    let said = '';
    const hear = (chunk: Buffer) => {
      said += String(chunk);
      if (said.includes('WebSocket endpoint')) resolve();
    };
    bridge.stdout?.on('data', hear);
    bridge.stderr?.on('data', hear);
    bridge.once('exit', (code) => reject(new Error(`supergateway ended (${code}): ${said}`)));
    bridge.once('error', reject);
  });
}, 30_000);

afterAll(() => {
  if (bridge?.pid !== undefined && bridge.exitCode === null) process.kill(-bridge.pid, 'SIGTERM');
});

it('a server behind supergateway is served as a legacy one', async () => {
  const dials: string[] = [];
  const ws = (to: string, { signal }: { signal: AbortSignal }) => {
    dials.push(to);
    return new WebSocketClientTransport(to, { signal });
  };
  const factory = sessionFactory({
    session: sdkSession({ probeTimeoutMs: 1_000 }),
    transports: { ws },
  });
  const client = new McpClient({ sessions: singleSessions(factory) });
  const { tools } = await client.listTools(url);
  expect(tools.length).toBeGreaterThanOrEqual(10);
  const results = await Promise.all(
    [1, 2, 3].map((n) => client.callTool(url, 'echo', { message: `number ${n}` })),
  );
  expect(results.map(({ content }) => content[0]?.text)).toEqual([
    'Echo: number 1',
    'Echo: number 2',
    'Echo: number 3',
  ]);
  expect(await client.discover(url)).toMatchObject({ era: 'legacy' });
  const first = dials.length;
  expect(first).toBeLessThanOrEqual(2);
  // The verdict is remembered: one connection, and no question that would not be answered.
  await client.evict(url);
  await client.listTools(url);
  expect(dials.length).toBe(first + 1);
  await client.close();
}, 30_000);
