import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { WebSocketClientTransport as OfficialTransport } from '@modelcontextprotocol/sdk/client/websocket.js';
import { McpServer as McpServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import { WebSocketClientTransport } from '../src/index.js';
import { attachWebSocket, WebSocketServerTransport } from '../src/server.js';
import { Log } from './log.js';
import { httpServer, ping } from './server-hosts.js';
import { callText, connected, served } from './server-mcp.js';
import { peer } from './server-peers.js';

// The SDK's own transport takes the global one, which Node 20 does not have.
globalThis.WebSocket ??= WebSocket as unknown as typeof globalThis.WebSocket;

const alice = { token: 'secret', clientId: 'alice', scopes: ['read'] };

/** How clients of all ages connect: who makes the client, and over whose transport. */
const clients = {
  'v2 client, 2026-07-28': (url: string) => connected(url, 'auto'),
  'v2 client, legacy': (url: string) => connected(url, 'legacy'),
  'v1 client': (url: string) => v1(new WebSocketClientTransport(url)),
  'v1 client over the SDK’s own transport': (url: string) =>
    v1(new OfficialTransport(new URL(url))),
};

async function v1(transport: WebSocketClientTransport | OfficialTransport): Promise<ClientV1> {
  const client = new ClientV1({ name: 'tests', version: '1.0.0' });
  onTestFinished(() => client.close());
  await client.connect(transport);
  return client;
}

const call = (
  client: Awaited<ReturnType<(typeof clients)[keyof typeof clients]>>,
  name: string,
  args = {},
) => callText(client as never, name, args);

describe.each(Object.entries(clients))('%s against serveWebSocket', (_name, connect) => {
  it('lists and calls tools', async () => {
    const { url } = await served();
    const client = await connect(url);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toContain('echo');
    expect(await call(client, 'echo', { text: 'é€𝄞' })).toBe('é€𝄞');
  });

  it('is who the upgrade said, in every handler', async () => {
    const { url } = await served({ authenticate: () => alice });
    const client = await connect(url);
    const first = JSON.parse(await call(client, 'whoami'));
    const second = JSON.parse(await call(client, 'whoami'));
    expect([first.authInfo, second.authInfo]).toEqual([alice, alice]);
  });

  it('gets answers out of order, each to its call', async () => {
    const { url, calls, release } = await served();
    const client = await connect(url);
    const slow = call(client, 'wait');
    await calls.first(1);
    expect(await call(client, 'echo', { text: 'overtakes' })).toBe('overtakes');
    release();
    expect(await slow).toBe('released');
  });

  it('gets an error answer as an answer, and lives on', async () => {
    const { url } = await served();
    const client = await connect(url);
    expect(await call(client, 'fail')).toBe('the tool failed');
    const unknown = client.readResource({ uri: 'nowhere:' });
    await expect(unknown).rejects.toMatchObject({ code: -32601 });
    expect(await call(client, 'echo', { text: 'on' })).toBe('on');
  });

  it('can cancel a call, which reaches the handler', async () => {
    const { url, calls, aborted } = await served();
    const client = await connect(url);
    const abort = new AbortController();
    const params = { name: 'wait', arguments: {} };
    const options = { signal: abort.signal };
    const running =
      client instanceof ClientV1
        ? client.callTool(params, undefined, options)
        : client.callTool(params, options);
    await calls.first(1);
    abort.abort('enough');
    await expect(running).rejects.toThrow();
    await aborted.first(1);
    expect(await call(client, 'echo', { text: 'on' })).toBe('on');
  });

  it('that leaves has its handlers aborted', async () => {
    const { url, calls, aborted } = await served();
    const client = await connect(url);
    const running = call(client, 'wait').catch(() => 'lost');
    await calls.first(1);
    await client.close();
    expect(await running).toBe('lost');
    await aborted.first(1);
  });

  it('learns of a result that is too big, and lives on', async () => {
    const { url } = await served({ maxMessageBytes: 10_000 });
    const client = await connect(url);
    await expect(call(client, 'big', { bytes: 20_000 })).rejects.toMatchObject({ code: -32603 });
    expect(await call(client, 'echo', { text: 'on' })).toBe('on');
  });

  it('moves a megabyte', async () => {
    const { url } = await served();
    const client = await connect(url);
    expect(await call(client, 'big', { bytes: 1024 * 1024 })).toHaveLength(1024 * 1024);
  });
});

/** Over the SDK's own transport, what shares a segment is overtaken: one reason for ours. */
const ordered = Object.entries(clients).slice(0, 3);

it.each(ordered)('%s sees all progress before its call resolves', async (_name, connect) => {
  const { url } = await served();
  const client = await connect(url);
  const seen: number[] = [];
  const onprogress = ({ progress }: { progress: number }) => seen.push(progress);
  const params = { name: 'progress', arguments: {} };
  if (client instanceof ClientV1) await client.callTool(params, undefined, { onprogress });
  else await client.callTool(params, { onprogress });
  expect(seen).toEqual([1, 2, 3]);
});

describe('what transports must do, says the working group', () => {
  it('unknown _meta fields arrive unchanged', async () => {
    const { url } = await served();
    const client = await connected(url);
    const mark = { deep: ['é', { n: 1 }], 'example.com/x': null };
    const called = await client.callTool({
      name: 'meta',
      arguments: {},
      _meta: { 'example.com/mark': mark },
    });
    const [first] = called.content as { text: string }[];
    expect(JSON.parse(first?.text ?? '')['example.com/mark']).toEqual(mark);
  });

  it('an unsupported version fails predictably', async () => {
    const { url } = await served();
    const { send, answer } = await peer(url);
    const version = { 'io.modelcontextprotocol/protocolVersion': '2099-01-01' };
    const _meta = {
      ...version,
      'io.modelcontextprotocol/clientInfo': { name: 'x', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': {},
    };
    send({ ...ping(1), method: 'server/discover', params: { _meta } });
    expect(await answer(1)).toMatchObject({
      error: { data: { supported: ['2026-07-28'], requested: '2099-01-01' } },
    });
    expect(await callText(await connected(url), 'echo', { text: 'on' })).toBe('on');
  });

  it('a transport failure is no answer: calls in flight fail at once', async () => {
    const { url, handle, calls } = await served();
    const client = await connected(url);
    const running = callText(client, 'wait');
    await calls.first(1);
    const [failure] = await Promise.all([running.catch((error: unknown) => error), handle.close()]);
    expect(failure).toMatchObject({ name: 'SdkError' });
  });

  it('equal ids on two connections stay apart', async () => {
    const { url, calls, release } = await served();
    const [one, two] = await Promise.all([connected(url), connected(url)]);
    const first = callText(one, 'wait');
    await calls.first(1);
    // Both clients count from the same number.
    expect(await callText(two, 'echo', { text: 'two' })).toBe('two');
    release();
    expect(await first).toBe('released');
  });

  it('a subscription lives long, and its notifications come through', async () => {
    const { url, servers } = await served();
    const client = await connected(url);
    const changes = new Log<true>();
    client.setNotificationHandler('notifications/tools/list_changed', () => changes.push(true));
    const subscription = await client.listen({ toolsListChanged: true });
    for (const n of [1, 2]) {
      servers.at(-1)?.sendToolListChanged();
      await changes.first(n);
      expect(await callText(client, 'echo', { text: 'between' })).toBe('between');
    }
    await subscription.close();
    expect(await subscription.closed).toBe('local');
  });
});

describe('a v1 McpServer', () => {
  const toolbox = (seen: Log<unknown>) => {
    const server = new McpServerV1({ name: 'v1', version: '1.0.0' });
    server.registerTool('who', { inputSchema: { n: z.number() } }, ({ n }, extra) => {
      seen.push({ authInfo: extra.authInfo, agent: extra.requestInfo?.headers['user-agent'] });
      return { content: [{ type: 'text', text: `${n}` }] };
    });
    return server;
  };

  it('is served by attachWebSocket, and its handlers see who is calling', async () => {
    const http = await httpServer();
    const seen = new Log<unknown>();
    const attachment = attachWebSocket(http, { authenticate: () => alice }, (transport) =>
      toolbox(seen).connect(transport),
    );
    onTestFinished(() => attachment.close());
    const url = `ws://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`;
    const headers = { 'user-agent': 'tests/1' };
    const client = await v1(new WebSocketClientTransport(url, { headers }));
    expect(await call(client, 'who', { n: 1 })).toBe('1');
    expect(seen.items).toEqual([{ authInfo: alice, agent: 'tests/1' }]);
    // A v2 client that tries the new era first finds the old one.
    expect(await callText(await connected(url), 'who', { n: 2 })).toBe('2');
    const drained = attachment.drain();
    await drained;
    expect(attachment.connections).toBe(0);
  });

  it('is served over the socket of a plain WebSocketServer', async () => {
    const wss = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    onTestFinished(() => wss.close());
    await once(wss, 'listening');
    const seen = new Log<unknown>();
    wss.on('connection', (socket, request) => {
      void toolbox(seen).connect(
        new WebSocketServerTransport(socket, { request, authInfo: alice }),
      );
    });
    const url = `ws://127.0.0.1:${(wss.address() as AddressInfo).port}`;
    for (const transport of [
      new WebSocketClientTransport(url),
      new OfficialTransport(new URL(url)),
    ]) {
      expect(await call(await v1(transport), 'who', { n: 3 })).toBe('3');
    }
    expect(seen.items).toMatchObject([{ authInfo: alice }, { authInfo: alice }]);
  });
});
