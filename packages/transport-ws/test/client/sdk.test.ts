import { Client as ClientV2 } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { describe, expect, it } from 'vitest';
import { WebSocketClientTransport } from '../../src/index.js';
import { type OfficialServer, officialServer } from '../official-server.js';
import { refusingPeer, tcpProxy } from '../servers.js';
import { rejection } from './watched.js';

const info = { name: 'test', version: '1.0.0' };

interface Caller {
  readonly era: string;
  readonly transport: WebSocketClientTransport;
  call(name: string, args?: object, signal?: AbortSignal): Promise<unknown>;
  close(): Promise<void>;
}

const text = (value: string) => ({ content: [{ type: 'text', text: value }] });

async function v2(url: string, mode: 'legacy' | 'auto'): Promise<Caller> {
  const client = new ClientV2(info, { versionNegotiation: { mode } });
  const transport = new WebSocketClientTransport(url);
  await client.connect(transport);
  return {
    era: String(client.getProtocolEra()),
    transport,
    call: (name, args = {}, signal) =>
      client.callTool({ name, arguments: { ...args } }, { ...(signal && { signal }) }),
    close: () => client.close(),
  };
}

async function v1(url: string): Promise<Caller> {
  const client = new ClientV1(info);
  const transport = new WebSocketClientTransport(url);
  await client.connect(transport);
  return {
    era: 'legacy',
    transport,
    call: (name, args = {}, signal) =>
      client.callTool({ name, arguments: { ...args } }, undefined, { ...(signal && { signal }) }),
    close: () => client.close(),
  };
}

const clients = [
  ['SDK v2, 2026-07-28', (url: string) => v2(url, 'auto'), 'modern'],
  ['SDK v2, 2025-11-25', (url: string) => v2(url, 'legacy'), 'legacy'],
  ['SDK v1', v1, 'legacy'],
] as const;

describe.each(clients)('the Client of %s, unchanged', (_, connect, era) => {
  async function pair(): Promise<{ server: OfficialServer; client: Caller }> {
    const server = await officialServer();
    return { server, client: await connect(server.url) };
  }

  it('negotiates, calls, and closes for good', async () => {
    const { server, client } = await pair();
    expect(client.era).toBe(era);
    expect(await client.call('echo', { text: 'hello' })).toMatchObject(text('hello'));
    const [socket] = await server.sockets.first(1);
    const gone = new Promise((resolve) => socket?.on('close', resolve));
    await client.close();
    expect(await gone).toBe(1000);
    expect(await client.transport.closed).toMatchObject({ code: 1000 });
  });

  it('gets 200 concurrent answers, each to its call', async () => {
    const { client } = await pair();
    const words = Array.from({ length: 200 }, (_each, n) => `word ${n}`);
    const answers = await Promise.all(words.map((word) => client.call('echo', { text: word })));
    expect(answers).toMatchObject(words.map(text));
    await client.close();
  });

  it('gets answers out of order', async () => {
    const { client } = await pair();
    const order: string[] = [];
    await Promise.all([
      client.call('echo-after', { other: 'first' }).then(() => order.push('late')),
      client.call('echo', { text: 'first' }).then(() => order.push('early')),
    ]);
    expect(order).toEqual(['early', 'late']);
    await client.close();
  });

  it('keeps _meta that nobody knows', async () => {
    const { client } = await pair();
    expect(await client.call('echo', { text: 'x' })).toMatchObject({
      _meta: { 'com.example/unknown': { deep: ['x'] } },
    });
    await client.close();
  });

  it('tells an answered error from a failure of the transport', async () => {
    const { client } = await pair();
    expect(await client.call('fail')).toMatchObject({ isError: true });
    expect(await client.call('echo', { text: 'still here' })).toMatchObject(text('still here'));
    const unsendable = await rejection(client.call('echo', { text: 'x'.repeat(5_000_000) }));
    expect(unsendable).toMatchObject({ code: 'MESSAGE_TOO_BIG', delivery: 'not-sent' });
    expect(await client.call('echo', { text: 'still here' })).toMatchObject(text('still here'));
    await client.close();
  });

  it('cancels a call, and its neighbours live on', async () => {
    const { server, client } = await pair();
    const control = new AbortController();
    const hanging = rejection(client.call('hang', {}, control.signal));
    await client.call('echo', { text: 'after it' });
    control.abort();
    await hanging;
    await server.cancelled.first(1);
    expect(await client.call('echo', { text: 'x' })).toMatchObject(text('x'));
    await client.close();
  });

  it('fails all its calls at once when the connection is lost, and the server gives up, too', async () => {
    const { server, client } = await pair();
    const hanging = [rejection(client.call('hang')), rejection(client.call('hang'))];
    await client.call('echo', { text: 'after them' });
    for (const socket of server.sockets.items) socket.terminate();
    await Promise.all(hanging);
    expect(await client.transport.closed).toMatchObject({ code: 1006, redial: true });
    await server.cancelled.first(2);
  });

  it('has two connections that share no ids', async () => {
    const server = await officialServer();
    const [one, two] = await Promise.all([connect(server.url), connect(server.url)]);
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_each, n) => (n % 2 ? one : two).call('echo', { text: `${n}` })),
    );
    expect(answers).toMatchObject(Array.from({ length: 50 }, (_each, n) => text(`${n}`)));
    await Promise.all([one.close(), two.close()]);
  });

  it('is told why it cannot connect', async () => {
    const { url } = await refusingPeer(403);
    expect(await rejection(connect(url))).toMatchObject({ name: 'ConnectionError', status: 403 });
  });

  it('works through a TCP proxy', async () => {
    const server = await officialServer();
    const proxy = await tcpProxy(server.port);
    const client = await connect(proxy.url);
    expect(await client.call('echo', { text: 'x' })).toMatchObject(text('x'));
    await client.close();
  });
});

describe('the Client of SDK v2', () => {
  it('holds a subscription, and sees what it subscribed to', async () => {
    const server = await officialServer();
    const client = new ClientV2(info, { versionNegotiation: { mode: 'auto' } });
    await client.connect(new WebSocketClientTransport(server.url));
    const changed = new Promise<void>((resolve) => {
      client.setNotificationHandler('notifications/tools/list_changed', () => resolve());
    });
    const subscription = await client.listen({ toolsListChanged: true });
    await client.callTool({ name: 'add-tool', arguments: {} });
    await changed;
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toContain('added');
    await subscription.close();
    await client.close();
  });

  it('adopts an earlier discovery without a message on the wire', async () => {
    const server = await officialServer();
    const first = new ClientV2(info, { versionNegotiation: { mode: 'auto' } });
    await first.connect(new WebSocketClientTransport(server.url));
    const discover = first.getDiscoverResult();
    await first.close();
    const before = server.messages.length;
    const second = new ClientV2(info);
    if (discover === undefined) throw new Error('expected a discovery');
    await second.connect(new WebSocketClientTransport(server.url), {
      prior: { kind: 'modern', discover },
    });
    expect(server.messages.length).toBe(before);
    expect(await second.callTool({ name: 'echo', arguments: { text: 'x' } })).toMatchObject(
      text('x'),
    );
    await second.close();
  });

  it('fails predictably where no version is shared', async () => {
    const server = await officialServer();
    const client = new ClientV2(info, { versionNegotiation: { mode: { pin: '2099-01-01' } } });
    const transport = new WebSocketClientTransport(server.url);
    expect(await rejection(client.connect(transport))).toBeInstanceOf(Error);
    await transport.close();
  });
});
