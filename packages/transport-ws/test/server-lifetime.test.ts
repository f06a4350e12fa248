import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { WebSocketServerTransport } from '../src/server.js';
import { FakeClock } from './fake-clock.js';
import { attached, ping, result } from './server-hosts.js';
import { peer, swallowingProxy, upgrade } from './server-peers.js';

const connectedPeer = async (options: Parameters<typeof attached>[0]) => {
  const server = await attached(options);
  const client = await peer(server.url);
  const [transport] = (await server.transports.first(1)) as [WebSocketServerTransport];
  return { ...server, client, transport };
};

describe('start()', () => {
  it('is when reading begins', async () => {
    const { url, transports, received } = await attached({}, () => {});
    const { send, socket } = await peer(url);
    send(ping(1));
    const [transport] = await transports.first(1);
    // The pong shows that what came before it has arrived; it is answered while nothing is read.
    await new Promise<void>((resolve) => socket.send('{}', () => resolve()));
    expect(received.length).toBe(0);
    await transport?.start();
    await received.first(1);
  });

  it('is called once', async () => {
    const { transport } = await connectedPeer({});
    await expect(transport.start()).rejects.toMatchObject({
      code: 'ALREADY_STARTED',
      delivery: 'not-sent',
    });
  });

  it('of a connection that has ended says so', async () => {
    const { url, transports } = await attached({}, () => {});
    const { socket } = await peer(url);
    const [transport] = await transports.first(1);
    await transport?.close();
    await expect(transport?.start()).rejects.toMatchObject({
      code: 'CLOSED',
      delivery: 'not-sent',
    });
    expect(socket.readyState).toBeGreaterThan(WebSocket.OPEN);
  });

  it('that never comes ends the connection with 1011, and its place is free', async () => {
    const clock = new FakeClock();
    const { url, port, transports, errors } = await attached(
      { clock, maxConnections: 1 },
      () => {},
    );
    const client = await peer(url);
    const [transport] = (await transports.first(1)) as [WebSocketServerTransport];
    // Behind what is not read, nobody sees that it has gone.
    await new Promise<void>((resolve) => client.socket.send('{}', () => resolve()));
    client.socket.terminate();
    await client.closed;
    expect((await upgrade(port)).status).toBe(503);
    clock.advance(30_000);
    expect((await transport.closed).code).toBe(1011);
    expect(errors.items.map(({ message }) => message)).toEqual([
      'start() was not called within 30000 ms',
    ]);
    expect((await upgrade(port)).status).toBe(101);
  });

  it('comes before sending', async () => {
    const { url, transports } = await attached({}, () => {});
    await peer(url);
    const [transport] = await transports.first(1);
    await expect(transport?.send(ping(1))).rejects.toMatchObject({
      code: 'NOT_OPEN',
      delivery: 'not-sent',
    });
  });
});

describe('a transport for one socket', () => {
  it('is made of an open one only', async () => {
    const { url } = await attached();
    const { socket, closed } = await peer(url);
    socket.close();
    await closed;
    expect(() => new WebSocketServerTransport(socket)).toThrow(
      expect.objectContaining({ code: 'CLOSED', delivery: 'not-sent' }),
    );
    expect(() => new WebSocketServerTransport({} as never)).toThrow(
      expect.objectContaining({ code: 'CONFIG', option: 'socket' }),
    );
  });

  it('needs no upgrade request', async () => {
    const wss = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    const accepted = new Promise<WebSocketServerTransport>((resolve) => {
      wss.on('connection', (socket) => {
        const transport = new WebSocketServerTransport(socket, { maxMessageBytes: 1_000 });
        transport.onmessage = (message) =>
          'id' in message && transport.send(result(Number(message.id)));
        void transport.start();
        resolve(transport);
      });
    });
    await once(wss, 'listening');
    const { port } = wss.address() as { port: number };
    const { send, answer, closed } = await peer(`ws://127.0.0.1:${port}`);
    send(ping(1));
    await answer(1);
    // The limit of the transport holds, whatever that of its WebSocketServer is.
    send(ping('x'.repeat(1_000)));
    expect((await closed).code).toBe(1009);
    expect((await (await accepted).closed).code).toBe(1009);
    wss.close();
  });
});

describe('the heartbeat', () => {
  it('ends a half-open connection, which no close frame would reach', async () => {
    const clock = new FakeClock();
    const { port, transports, ended } = await attached({ clock });
    const proxy = await swallowingProxy(port);
    const client = await peer(`ws://127.0.0.1:${proxy.port}/mcp`);
    const [transport] = (await transports.first(1)) as [WebSocketServerTransport];
    proxy.swallow();
    client.send(ping(1));
    clock.advance(20_000);
    clock.advance(10_000);
    // The last look, behind what may have arrived meanwhile.
    clock.advance(1);
    expect(await transport.closed).toEqual({
      code: 1006,
      reason: 'no sign of life within 10000 ms of a ping',
    });
    expect(ended.length).toBe(1);
    expect(clock.timers).toBe(0);
  });

  it('pings, measures, and leaves a client alone that answers', async () => {
    const clock = new FakeClock();
    const { client, transport, events } = await connectedPeer({ clock });
    const pinged = new Promise((resolve) => client.socket.once('ping', resolve));
    clock.advance(20_000);
    await pinged;
    expect(await events.find(({ type }) => type === 'ws.ping')).toMatchObject({
      id: transport.id,
      rttMs: 0,
    });
    clock.advance(10_000);
    clock.advance(10_000);
    expect(client.socket.readyState).toBe(WebSocket.OPEN);
  });

  it('is off at 0', async () => {
    const clock = new FakeClock();
    await connectedPeer({ clock, pingIntervalMs: 0 });
    expect(clock.timers).toBe(0);
  });
});

describe('maxConnectionAgeMs', () => {
  it.each([
    [0, 60_000],
    [0.5, 57_000],
  ])('drains at that age, less up to a tenth by chance (%d)', async (chance, due) => {
    const clock = new FakeClock();
    const { client, transport } = await connectedPeer({
      clock,
      random: () => chance,
      pingIntervalMs: 0,
      maxConnectionAgeMs: 60_000,
    });
    client.send(ping(1));
    clock.advance(due - 1);
    expect(transport.inFlight + clock.timers).toBeGreaterThan(0);
    client.send(ping(2));
    await new Promise<void>((resolve) => {
      const look = () => (transport.inFlight === 2 ? resolve() : setImmediate(look));
      look();
    });
    clock.advance(1);
    client.send(ping(3));
    expect(await client.answer(3)).toMatchObject({
      error: { code: -32010, data: { reason: 'draining', retryAfterMs: 1_000 } },
    });
    await transport.send(result(1));
    await transport.send(result(2));
    expect(await client.closed).toEqual({
      code: 1001,
      reason: 'going away; what has no answer has not run',
    });
  });
});

describe('drain()', () => {
  it('answers new requests -32010, lets running ones end, and closes with 1001', async () => {
    const { client, transport, attachment, port, received, events } = await connectedPeer({});
    client.send(ping(1));
    await received.first(1);
    const drained = attachment.drain();
    expect(attachment.draining).toBe(true);
    client.send(ping(2));
    expect(await client.answer(2)).toMatchObject({
      error: { code: -32010, data: { reason: 'draining', retryAfterMs: 1_000 } },
    });
    const late = await upgrade(port);
    expect(late).toMatchObject({ status: 503, headers: { 'retry-after': '1' }, body: 'draining' });
    expect(received.length).toBe(1);
    // The answer leaves before the close frame.
    await transport.send(result(1));
    expect(await client.answer(1)).toMatchObject({ result: {} });
    expect((await client.closed).code).toBe(1001);
    await drained;
    expect(attachment.connections).toBe(0);
    expect(events.items.map(({ type }) => type)).toContain('ws.draining');
    expect(attachment.drain()).toBe(attachment.drain());
  });

  it('takes notifications and answers all the same', async () => {
    const { client, attachment, received } = await connectedPeer({});
    client.send(ping(1));
    await received.first(1);
    void attachment.drain();
    client.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } });
    expect((await received.first(2))[1]?.message.method).toBe('notifications/cancelled');
    expect((await client.closed).code).toBe(1001);
  });

  it('waits no longer than drainTimeoutMs', async () => {
    const clock = new FakeClock();
    const { client, transport, received } = await connectedPeer({ clock, drainTimeoutMs: 5_000 });
    client.send(ping(1));
    await received.first(1);
    const drained = transport.drain();
    clock.advance(5_000);
    expect((await client.closed).code).toBe(1001);
    await drained;
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('no');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no'))],
  ])('is not stopped by an ondrain that %s', async (_how, ondrain) => {
    const { client, transport, errors } = await connectedPeer({});
    transport.ondrain = ondrain;
    await transport.drain();
    expect((await client.closed).code).toBe(1001);
    expect(errors.items.map(({ message }) => message)).toEqual(['no']);
  });

  it('is not kept by an ondrain that never ends', async () => {
    const clock = new FakeClock();
    const { client, transport } = await connectedPeer({ clock, pingIntervalMs: 0 });
    const asked = new Promise<void>((resolve) => {
      transport.ondrain = () => {
        resolve();
        return new Promise(() => {});
      };
    });
    const drained = transport.drain();
    await asked;
    clock.advance(2_000);
    await drained;
    expect((await client.closed).code).toBe(1001);
  });

  it('of a connection that was never started closes it', async () => {
    const { url, attachment, transports } = await attached({}, () => {});
    const client = await peer(url);
    await transports.first(1);
    await attachment.drain();
    expect((await client.closed).code).toBe(1001);
  });

  it('ends with the client, if that goes first', async () => {
    const { client, attachment, received } = await connectedPeer({});
    client.send(ping(1));
    await received.first(1);
    const drained = attachment.drain();
    client.socket.terminate();
    await drained;
  });
});

describe('close()', () => {
  it('twice ends it once', async () => {
    const { client, transport, ended, events } = await connectedPeer({});
    await Promise.all([transport.close(), transport.close()]);
    await transport.close();
    expect(await transport.closed).toEqual({ code: 1000, reason: '' });
    expect((await client.closed).code).toBe(1000);
    expect(ended.length).toBe(1);
    expect(events.items.filter(({ type }) => type === 'ws.closed')).toHaveLength(1);
    await expect(transport.send(ping(1))).rejects.toMatchObject({
      code: 'CLOSED',
      delivery: 'not-sent',
    });
  });

  it.each([0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 1000.5])(
    'refuses code %d, which no frame may carry',
    async (code) => {
      const { client, transport } = await connectedPeer({});
      await expect(transport.close(code)).rejects.toMatchObject({ code: 'CONFIG', option: 'code' });
      expect(client.socket.readyState).toBe(WebSocket.OPEN);
    },
  );

  it('can be given a time to end within', async () => {
    const clock = new FakeClock();
    const { client, transport } = await connectedPeer({ clock, pingIntervalMs: 0 });
    await expect(transport.close(1000, -1)).rejects.toMatchObject({ option: 'withinMs' });
    client.socket.pause();
    const closed = transport.close(1000, 500);
    clock.advance(500);
    await closed;
    expect(clock.timers).toBe(0);
  });

  it('does not wait for a client that does not answer', async () => {
    const clock = new FakeClock();
    const { client, transport } = await connectedPeer({ clock, pingIntervalMs: 0 });
    client.socket.pause();
    const closed = transport.close();
    clock.advance(2_000);
    await closed;
    expect(clock.timers).toBe(0);
  });

  it('by the client is heard, with its code and reason', async () => {
    const { client, transport, ended } = await connectedPeer({});
    client.socket.close(3_001, 'done here');
    expect(await transport.closed).toEqual({ code: 3_001, reason: 'done here' });
    expect(ended.length).toBe(1);
  });

  it('is survived by whatever an onclose throws', async () => {
    const { client, transport, errors } = await connectedPeer({});
    transport.onclose = () => {
      throw new Error('from onclose');
    };
    client.socket.close();
    await transport.closed;
    expect(errors.items.map(({ message }) => message)).toEqual(['from onclose']);
  });
});

describe('an onTransport', () => {
  it.each([
    [
      'throws',
      () => {
        throw new Error('no room');
      },
    ],
    [
      'rejects',
      async () => {
        throw new Error('no room');
      },
    ],
  ])('that %s ends its connection with 1011, and somebody is told', async (_how, onTransport) => {
    const told: string[] = [];
    const onerror = async ({ message }: Error) => {
      told.push(message);
      throw new Error('and breaks nothing');
    };
    const { url, attachment } = await attached({ onerror }, onTransport);
    const client = await peer(url);
    expect((await client.closed).code).toBe(1011);
    expect(told).toEqual(['no room']);
    await attachment.drain();
  });
});
