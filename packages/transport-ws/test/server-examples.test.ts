import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/client';
import { build, type Plugin } from 'esbuild';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { freePort } from '../../../test/free-port.js';
import { WebSocketClientTransport, type WebSocketClientTransportOptions } from '../src/index.js';
import { callText, connected } from './server-mcp.js';
import { ask, upgrade } from './server-peers.js';
import { listening } from './server-processes.js';

// Each starts a process of its own.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const root = fileURLToPath(new URL('..', import.meta.url));
const out = join(root, 'node_modules', '.server-examples');
const files = ['serve', 'authenticate', 'express', 'fastify', 'hono', 'sdk-v1', 'browsers'];

/** Examples show a port that a reader can dial; here it is any free one. */
const anyPort: Plugin = {
  name: 'any-port',
  setup({ onLoad }) {
    onLoad({ filter: /examples[/\\][^/\\]+\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(/\b8080\b/, 'Number(process.env.PORT)'),
      loader: 'ts',
    }));
  },
};

beforeAll(async () => {
  mkdirSync(out, { recursive: true });
  await build({
    entryPoints: files.map((file) => join(root, 'examples', `${file}.ts`)),
    outdir: out,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    alias: { '@x/transport-ws/server': join(root, 'src/server.ts') },
    plugins: [anyPort],
    logLevel: 'error',
  });
});
afterAll(() => rmSync(out, { recursive: true }));

/** Starts an example in a process of its own; resolves when its port answers. */
async function start(file: string): Promise<{ port: number; url: string; child: ChildProcess }> {
  const port = await freePort();
  const child = spawn(process.execPath, [join(out, `${file}.mjs`)], {
    env: { ...process.env, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await listening(port, child);
  return { port, url: `ws://127.0.0.1:${port}/mcp`, child };
}

async function stop(child: ChildProcess): Promise<number | null> {
  child.kill('SIGTERM');
  const [code] = await once(child, 'exit');
  return code;
}

const client = (url: string, options?: WebSocketClientTransportOptions) =>
  connected(url, 'legacy', options);

/** Speaks 2026-07-28 and nothing else. */
async function modernClient(url: string): Promise<Client> {
  const modern = new Client(
    { name: 'tests', version: '1.0.0' },
    { versionNegotiation: { mode: { pin: '2026-07-28' } } },
  );
  onTestFinished(() => modern.close());
  await modern.connect(new WebSocketClientTransport(url));
  return modern;
}

it.each(['serve', 'express', 'fastify', 'hono'])(
  '%s serves both eras, refuses strangers, and ends when it is told to',
  async (file) => {
    const { port, url, child } = await start(file);
    for (const connect of [client, modernClient]) {
      expect(await callText(await connect(url), 'add', { a: 1, b: 2 })).toBe('3');
    }
    expect((await ask(port)).body).toBe(file === 'serve' ? 'not found\n' : 'MCP is at /mcp');
    const evil = await upgrade(port, { headers: { Origin: 'https://evil.example' } });
    expect(evil.status).toBe(403);
    const idle = await client(url);
    const closed = new Promise<void>((resolve) => {
      idle.onclose = resolve;
    });
    expect(await stop(child)).toBe(0);
    await closed;
  },
);

it('authenticate lets in whom it knows, and nobody else', async () => {
  const { port, url, child } = await start('authenticate');
  const headers = { Authorization: 'Bearer s3cret' };
  expect(await callText(await client(url, { headers }), 'add', { a: 1, b: 2 })).toBe('3');
  expect(await upgrade(port)).toMatchObject({
    status: 401,
    body: 'no such token',
    headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
  });
  expect(await stop(child)).toBe(0);
});

it('sdk-v1 serves with SDK v1 alone', async () => {
  const { url, child } = await start('sdk-v1');
  expect(await callText(await client(url), 'who')).toBe('anybody');
  expect(await stop(child)).toBe(0);
});

it('browsers lets in sessions of its page, and nobody else', async () => {
  const { port, child } = await start('browsers');
  const asked = async (Origin: string, Cookie: string) =>
    (await upgrade(port, { headers: { Origin, Cookie } })).status;
  expect(await asked('https://app.example.com', 'a=b; session=c00kie')).toBe(101);
  expect(await asked('https://app.example.com', 'session=other')).toBe(401);
  expect(await asked('https://evil.example', 'session=c00kie')).toBe(403);
  expect(await stop(child)).toBe(0);
});
