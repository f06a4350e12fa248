import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { clientOf } from '../src/server/client-address.js';
import { FakeClock } from './fake-clock.js';
import { attached, notification, ping, result } from './server-hosts.js';
import { peer, upgrade, upgrading } from './server-peers.js';

const RETRY = { 'retry-after': '3' };

/** Asks until there is a place: when a place of one that left is free is not for the client to see. */
async function whenFree(port: number): Promise<void> {
  while ((await upgrade(port)).status !== 101);
}

describe('maxConnections', () => {
  it('answers 503 with Retry-After over it, and takes the next one when a place is free', async () => {
    const { port, url, events } = await attached({ maxConnections: 2, retryAfterMs: 2_500 });
    const first = await peer(url);
    await peer(url);
    expect(await upgrade(port)).toMatchObject({ status: 503, headers: RETRY });
    expect(await events.find(({ type }) => type === 'ws.rejected')).toMatchObject({
      status: 503,
      reason: 'connections',
    });
    first.socket.close();
    await whenFree(port);
  });
});

describe('maxConnectionsPerIp', () => {
  it('answers 429 with Retry-After over it', async () => {
    const { port, url, events } = await attached({ maxConnectionsPerIp: 1, retryAfterMs: 2_500 });
    const first = await peer(url);
    expect(await upgrade(port)).toMatchObject({ status: 429, headers: RETRY });
    expect(await events.find(({ type }) => type === 'ws.rejected')).toMatchObject({
      status: 429,
      reason: 'connections-per-ip',
    });
    first.socket.terminate();
    await whenFree(port);
  });

  it('counts each address by itself', async () => {
    const { port, url } = await attached({ maxConnectionsPerIp: 1 });
    await peer(url);
    await peer(url, { localAddress: '127.0.0.2' });
    expect((await upgrade(port)).status).toBe(429);
  });

  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:0:1:aaaa::1', '2001:db8:0:1::/64'],
    ['2001:DB8::1:0:0:0:2', '2001:db8:0:1::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['1:2:3:4:5:6:7:8', '1:2:3:4::/64'],
    ['::1', '0:0:0:0::/64'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['', ''],
  ])('counts %s as %s: whoever has one IPv6 address has a network of them', (address, client) => {
    expect(clientOf(address)).toBe(client);
  });

  it('frees the place of those who failed to authenticate or left mid-way', async () => {
    let answer = () => new Response(null, { status: 401 });
    const { port, url } = await attached({
      maxConnectionsPerIp: 1,
      authenticate: () => answer(),
    });
    expect((await upgrade(port)).status).toBe(401);
    while ((await upgrade(port)).status !== 401);
    answer = () => {
      throw new Error('down');
    };
    while ((await upgrade(port)).status !== 500);
    answer = () => ({ token: 't', clientId: 'c', scopes: [] }) as never;
    const socket = await upgrading(port);
    socket.resetAndDestroy();
    await once(socket, 'close');
    await whenFree(port);
    while ((await peer(url).catch(() => undefined)) === undefined);
  });
});

describe('maxInFlight', () => {
  it('answers -32010 overloaded over it, and nothing has run', async () => {
    const { url, received, transports } = await attached({ maxInFlight: 2, retryAfterMs: 2_500 });
    const { send, answer } = await peer(url);
    for (const id of [1, 2, 3]) send(ping(id));
    expect(await answer(3)).toEqual({
      jsonrpc: '2.0',
      id: 3,
      error: {
        code: -32010,
        message: 'The server is overloaded; nothing was run',
        data: { reason: 'overloaded', retryAfterMs: 2_500 },
      },
    });
    expect(received.items.map(({ message }) => message.id)).toEqual([1, 2]);
    expect(transports.items[0]?.inFlight).toBe(2);
    await transports.items[0]?.send(result(1));
    send(ping(4));
    await received.find(({ message }) => message.id === 4);
  });

  it('does not count subscriptions, notifications and answers', async () => {
    const { url, received } = await attached({ maxInFlight: 1 });
    const { send } = await peer(url);
    send({ ...ping('s'), method: 'subscriptions/listen' });
    send(notification(1));
    send(result('from the client'));
    send(ping(1));
    await received.first(4);
  });

  it('frees the place of a cancelled request, because MCP lets it have no answer', async () => {
    const { url, received } = await attached({ maxInFlight: 1 });
    const { send } = await peer(url);
    send(ping(1));
    send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } });
    send(ping(2));
    await received.find(({ message }) => message.id === 2);
  });

  it('bounds what asking and cancelling in a loop starts', async () => {
    const clock = new FakeClock();
    const options = { maxInFlight: 10, clock, pingIntervalMs: 0 };
    const { url, received, transports } = await attached(options);
    const { send, answer } = await peer(url);
    const cancel = (requestId: number) => ({
      jsonrpc: '2.0',
      method: 'notifications/cancelled',
      params: { requestId },
    });
    const asked = () => received.items.filter(({ message }) => message.method === 'ping').length;
    for (let id = 1; id <= 100; id += 1) {
      send(ping(id));
      send(cancel(id));
    }
    expect(await answer(100)).toMatchObject({ error: { data: { reason: 'overloaded' } } });
    expect(asked()).toBe(20);
    expect(transports.items[0]?.inFlight).toBe(0);
    // An answer shows that a handler has ended, and time that it should have.
    await transports.items[0]?.send(result(1));
    send(ping(101));
    await received.find(({ message }) => message.id === 101);
    clock.advance(10_000);
    for (let id = 201; id <= 210; id += 1) send(ping(id));
    expect(await answer(210)).toMatchObject({ error: { data: { reason: 'overloaded' } } });
    expect(asked()).toBe(20 + 1 + 9);
  });

  it('does not take the id of a cancelled request that may still be answered', async () => {
    const { url, received } = await attached();
    const { send, answers } = await peer(url);
    send(ping(1));
    send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } });
    send(ping(1));
    expect((await answers.first(1))[0]).toMatchObject({ id: null, error: { code: -32600 } });
    expect(received.length).toBe(2);
  });

  it('takes 1 and "1" for two requests', async () => {
    const { url, received } = await attached();
    const { send } = await peer(url);
    send(ping(1));
    send(ping('1'));
    await received.first(2);
  });
});

describe('an id that is in flight', () => {
  it.each(['ping', 'subscriptions/listen'])('is not taken twice (%s)', async (method) => {
    const { url, received, transports } = await attached();
    const { send, answers } = await peer(url);
    send({ ...ping(7), method });
    send(ping(7));
    const [fault] = await answers.first(1);
    expect(fault).toMatchObject({ id: null, error: { code: -32600 } });
    expect(received.length).toBe(1);
    // Once it has its answer, the id may be used again.
    await transports.items[0]?.send(result(7));
    send(ping(7));
    await received.first(2);
  });
});
