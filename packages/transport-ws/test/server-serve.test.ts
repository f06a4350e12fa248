import { execFile } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocketClientTransport } from '../src/index.js';
import { type ServerFactory, serveWebSocket } from '../src/server.js';
import { authority, serverCertificate, serverKey } from './certificates.js';
import { Log } from './log.js';
import { ping } from './server-hosts.js';
import { callText, connected, served } from './server-mcp.js';
import { ask, peer, upgrade } from './server-peers.js';

// Some start processes.
vi.setConfig({ testTimeout: 60_000 });

const run = promisify(execFile);
const source = fileURLToPath(new URL('../src/server.ts', import.meta.url));

const initialize = (id: number) => ({
  ...ping(id),
  method: 'initialize',
  params: {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 'raw', version: '1' },
  },
});

/** A folder where `server.mjs` is this package's server side and only some packages can be found. */
async function folderWith(packages: Record<string, string>): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'transport-ws-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  await build({
    entryPoints: [source],
    outfile: path.join(folder, 'server.mjs'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    logLevel: 'error',
  });
  for (const [name, target] of Object.entries(packages)) {
    const link = path.join(folder, 'node_modules', name);
    mkdirSync(path.dirname(link), { recursive: true });
    symlinkSync(target, link, 'dir');
  }
  return folder;
}

const resolve = createRequire(import.meta.url).resolve;
const ws = path.dirname(resolve('ws/package.json'));
const sdk = path.resolve(path.dirname(resolve('@modelcontextprotocol/server')), '..');

describe('listening', () => {
  it('is at a URL that clients can dial, on any free port by default', async () => {
    const { handle } = await served();
    expect(handle.url).toBe(`ws://127.0.0.1:${handle.port}/mcp`);
    const anywhere = await served({ host: '0.0.0.0', path: '/' });
    expect(anywhere.url).toBe(`ws://127.0.0.1:${anywhere.handle.port}/`);
    const six = await served({ host: '::1' });
    expect(six.url).toBe(`ws://[::1]:${six.handle.port}/mcp`);
    for (const { url } of [anywhere, six]) {
      expect(await callText(await connected(url), 'echo', { text: 'here' })).toBe('here');
    }
  });

  it('that fails says where and why', async () => {
    const { handle } = await served();
    const again = serveWebSocket(() => ({}) as never, { port: handle.port });
    await expect(again).rejects.toMatchObject({
      name: 'TransportError',
      code: 'LISTEN_FAILED',
      delivery: 'not-sent',
      retryable: false,
      message: `cannot listen on 127.0.0.1:${handle.port} (EADDRINUSE)`,
    });
  });

  it('with tls is wss', async () => {
    const { handle, url } = await served({ tls: { cert: serverCertificate, key: serverKey } });
    expect(url).toMatch(/^wss:/);
    const client = await connected(url, 'auto', { tls: { ca: authority } });
    expect(await callText(client, 'echo', { text: 'safe' })).toBe('safe');
    const asked = { path: '/health', tls: { ca: authority } };
    expect((await ask(handle.port, asked)).status).toBe(200);
  });

  it('with tls is another origin for a page that came without it', async () => {
    const tls = { cert: serverCertificate, key: serverKey };
    const { handle } = await served({ tls, host: '0.0.0.0' });
    const from = async (Origin: string) => {
      const headers = { Origin, Host: 'mcp.test' };
      return (await upgrade(handle.port, { headers, tls: { ca: authority } })).status;
    };
    expect(await from('https://mcp.test')).toBe(101);
    expect(await from('http://mcp.test')).toBe(403);
  });

  it('with a certificate that is none says so', async () => {
    const listening = serveWebSocket(() => ({}) as never, { tls: { cert: 'no', key: 'no' } });
    await expect(listening).rejects.toMatchObject({ code: 'CONFIG', option: 'tls' });
  });
});

it('silent TCP connections are limited, and do not last', async () => {
  const servers = new Log<Server>();
  const onRequest = (message: unknown) => servers.push((message as { server: Server }).server);
  subscribe('http.server.request.start', onRequest);
  onTestFinished(() => void unsubscribe('http.server.request.start', onRequest));
  const { handle } = await served({ maxConnections: 5_000 });
  await ask(handle.port, { path: '/health' });
  expect((await servers.first(1))[0]).toMatchObject({
    maxConnections: 5_500,
    headersTimeout: 10_000,
  });
});

describe('the SDK', () => {
  const script = `
    import { serveWebSocket } from './server.mjs';
    const outcome = await serveWebSocket(() => {}).then(
      (handle) => handle.close().then(() => 'served'),
      ({ name, code, option, message }) => ({ name, code, option, message }),
    );
    console.log(JSON.stringify(outcome));
  `;

  it('that is not installed is named', async () => {
    const folder = await folderWith({ ws });
    writeFileSync(path.join(folder, 'main.mjs'), script);
    const { stdout } = await run(process.execPath, ['main.mjs'], { cwd: folder });
    expect(JSON.parse(stdout)).toMatchObject({
      name: 'ConfigError',
      code: 'CONFIG',
      option: 'factory',
      message: expect.stringContaining('npm install @modelcontextprotocol/server'),
    });
  });

  it('that is installed is found there', async () => {
    const folder = await folderWith({ ws, '@modelcontextprotocol/server': sdk });
    writeFileSync(path.join(folder, 'main.mjs'), script);
    const { stdout } = await run(process.execPath, ['main.mjs'], { cwd: folder });
    expect(JSON.parse(stdout)).toBe('served');
  });
});

describe('a factory', () => {
  it.each([
    [
      'throws',
      () => {
        throw new Error('no database');
      },
      'no database',
    ],
    ['rejects', () => Promise.reject(new Error('no database')), 'no database'],
    ['returns nothing', () => undefined, 'the factory must return a server'],
    ['returns something else', () => ({}), 'the factory must return a server'],
  ])('that %s answers its client -32603, and somebody is told why', async (_how, factory, why) => {
    const { url, errors } = await served({}, factory as unknown as ServerFactory);
    const { send, answer } = await peer(url);
    send(initialize(1));
    expect(await answer(1)).toMatchObject({
      error: { code: -32603, message: 'Internal server error' },
    });
    expect(errors.items[0]?.message).toContain(why);
    // It is asked again: the next one may succeed.
    send(initialize(2));
    await answer(2);
  });

  it('is told the era, the upgrade and who is calling', async () => {
    const authInfo = { token: 't', clientId: 'alice', scopes: [] };
    const { url, contexts } = await served({ authenticate: () => authInfo });
    await connected(url, 'legacy', { headers: { 'x-tenant': 'a' } });
    expect(contexts.at(-1)).toMatchObject({
      era: 'legacy',
      authInfo,
      request: { headers: { 'x-tenant': 'a' } },
    });
    await connected(url, 'auto');
    expect(contexts.at(-1)).toMatchObject({ era: 'modern', authInfo });
  });

  it('makes a server for each connection', async () => {
    const { url, servers } = await served();
    await Promise.all([connected(url), connected(url), connected(url)]);
    expect(new Set(servers).size).toBe(3);
  });
});

it('legacy: false serves 2026-07-28 only', async () => {
  const { url } = await served({ legacy: false });
  const { send, answer } = await peer(url);
  send(initialize(1));
  expect((await answer(1)).error.data.supported).toEqual(['2026-07-28']);
  expect(await callText(await connected(url), 'echo', { text: 'modern' })).toBe('modern');
});

describe('drain()', () => {
  it('lets a running call end, ends subscriptions as they should, and then closes', async () => {
    const { url, handle, calls, release } = await served();
    const client = await connected(url);
    const other = await connected(url);
    const subscription = await client.listen({ toolsListChanged: true });
    const running = callText(client, 'wait');
    await calls.first(1);
    const drained = handle.drain();
    const refused = other.callTool({ name: 'echo', arguments: { text: 'x' } });
    await expect(refused).rejects.toThrow();
    release();
    expect(await running).toBe('released');
    expect(await subscription.closed).toBe('graceful');
    await drained;
    expect(handle.connections).toBe(0);
    expect(calls.items).toEqual(['wait']);
    expect((await upgrade(handle.port)).status).toBe(503);
  });

  it('aborts what still runs when its time is over', async () => {
    const { url, handle, calls, aborted } = await served({ drainTimeoutMs: 1 });
    const client = await connected(url);
    const running = callText(client, 'wait').catch((error: Error) => error.constructor.name);
    await calls.first(1);
    await handle.drain();
    expect(aborted.items).toEqual(['wait']);
    expect(await running).toBe('SdkError');
  });

  it('comes with the signals that were asked for, and ends the process', async () => {
    const folder = await folderWith({ ws, '@modelcontextprotocol/server': sdk });
    writeFileSync(
      path.join(folder, 'main.mjs'),
      `
      import { serveWebSocket } from './server.mjs';
      const seen = [];
      const handle = await serveWebSocket(() => {}, {
        drainSignals: ['SIGTERM'],
        observer: ({ type }) => seen.push(type),
      });
      process.on('exit', (code) => console.log(JSON.stringify({ code, seen })));
      process.kill(process.pid, 'SIGTERM');
      `,
    );
    const { stdout } = await run(process.execPath, ['main.mjs'], { cwd: folder });
    expect(JSON.parse(stdout)).toEqual({ code: 0, seen: ['ws.draining'] });
  });
});

describe('close()', () => {
  it('aborts handlers, ends connections with 1001, and frees the port', async () => {
    const { url, handle, calls, aborted } = await served();
    const transport = new WebSocketClientTransport(url);
    const client = await connected(url);
    await transport.start();
    const running = callText(client, 'wait').catch(() => 'lost');
    await calls.first(1);
    await handle.close();
    expect(await running).toBe('lost');
    expect((await transport.closed).code).toBe(1001);
    await aborted.first(1);
    expect(handle.connections).toBe(0);
    const next = await served({ port: handle.port });
    expect(await callText(await connected(next.url), 'echo', { text: 'again' })).toBe('again');
  });

  it('may be called again and again, and by await using', async () => {
    const { handle } = await served();
    expect(handle.close()).toBe(handle.close());
    await handle[Symbol.asyncDispose]();
    const { handle: draining } = await served();
    await Promise.all([draining.drain(), draining.close()]);
  });

  it('takes idle and half-sent plain requests with it', async () => {
    const { handle } = await served();
    const idle = net.connect(handle.port, '127.0.0.1');
    const half = net.connect(handle.port, '127.0.0.1');
    for (const socket of [idle, half]) socket.on('error', () => {});
    await Promise.all([once(idle, 'connect'), once(half, 'connect')]);
    half.write('GET /health HTTP/1.1\r\n');
    const gone = Promise.all(
      [idle, half].map((socket) => new Promise((resolve) => socket.once('close', resolve))),
    );
    await handle.close();
    await gone;
  });

  it('takes those with it that never finished their TLS handshake', async () => {
    const { handle } = await served({ tls: { cert: serverCertificate, key: serverKey } });
    const silent = net.connect(handle.port, '127.0.0.1');
    silent.on('error', () => {});
    await once(silent, 'connect');
    const gone = new Promise((resolve) => silent.once('close', resolve));
    // One behind it shows that the server has it.
    expect((await ask(handle.port, { path: '/health', tls: { ca: authority } })).status).toBe(200);
    await handle.close();
    await gone;
  });

  it('leaves nothing behind: no timer, no socket, no listener', async () => {
    const folder = await folderWith({ ws, '@modelcontextprotocol/server': sdk });
    writeFileSync(
      path.join(folder, 'main.mjs'),
      `
      import { once } from 'node:events';
      import { McpServer } from '@modelcontextprotocol/server';
      import { WebSocket } from 'ws';
      import { serveWebSocket } from './server.mjs';
      const listeners = process.listenerCount('SIGTERM');
      const handle = await serveWebSocket(
        () => new McpServer({ name: 'x', version: '1' }, { capabilities: { tools: {} } }),
        {
          drainSignals: ['SIGTERM'],
          maxConnectionAgeMs: 3_600_000,
          authenticate: () => ({ token: 't', clientId: 'c', scopes: [], expiresAt: 9e9 }),
        },
      );
      const sockets = await Promise.all([1, 2, 3].map(async () => {
        const socket = new WebSocket(handle.url, 'mcp');
        await once(socket, 'open');
        socket.send(JSON.stringify(${JSON.stringify(initialize(1))}));
        await once(socket, 'message');
        return socket;
      }));
      sockets[0].terminate();
      await handle.close();
      await Promise.all(sockets.map((socket) => socket.readyState === 3 || once(socket, 'close')));
      await new Promise((resolve) => setImmediate(resolve));
      console.log(JSON.stringify({
        resources: process.getActiveResourcesInfo(),
        listeners: process.listenerCount('SIGTERM') - listeners,
      }));
      `,
    );
    const { stdout } = await run(process.execPath, ['main.mjs'], { cwd: folder });
    const { resources, listeners } = JSON.parse(stdout);
    // Those of stdin, stdout and stderr stay.
    expect(resources.filter((name: string) => !/^(Pipe|TTY|FS|Close)/.test(name))).toEqual([]);
    expect(listeners).toBe(0);
  });
});

it('an error of the http server after it listens ends nobody', async () => {
  const errors = new Log<Error>();
  const servers = new Log<Server>();
  // Node tells who listens by its diagnostics channel.
  const onRequest = (message: unknown) => servers.push((message as { server: Server }).server);
  subscribe('http.server.request.start', onRequest);
  onTestFinished(() => void unsubscribe('http.server.request.start', onRequest));
  const { handle, url } = await served({ onerror: errors.push });
  await ask(handle.port, { path: '/health' });
  const [server] = await servers.first(1);
  server?.emit('error', Object.assign(new Error('accept EMFILE'), { code: 'EMFILE' }));
  expect(errors.items.map(({ message }) => message)).toEqual(['accept EMFILE']);
  expect(await callText(await connected(url), 'echo', { text: 'alive' })).toBe('alive');
});
