import { describe, expect, it } from 'vitest';
import { FakeClock } from '../fake-clock.js';
import { frame, rawPeer, tcpProxy, wsPeer } from '../servers.js';
import { connected, ping } from './watched.js';

const PING = 0x89;

/** How many pings there are among the frames of a client, all without payload. */
const pingsIn = (bytes: Buffer) => bytes.filter((byte, at) => at % 6 === 0 && byte === PING).length;

/** A connection behind a proxy that can swallow, and a clock that the test turns. */
async function behindProxy(options: Parameters<typeof connected>[1] = {}) {
  const clock = new FakeClock();
  const peer = await wsPeer();
  const proxy = await tcpProxy(peer.port);
  const watching = await connected(proxy.url, { clock, ...options });
  const [socket] = await peer.sockets.first(1);
  return { ...watching, clock, peer, proxy, socket };
}

/** Lets the event loop read what is there. */
const turns = async (count = 20) => {
  for (let turn = 0; turn < count; turn += 1) await new Promise(setImmediate);
};

describe('a ping', () => {
  it('goes out every pingIntervalMs, and its round trip is told', async () => {
    const { clock, events, closes } = await behindProxy();
    for (let round = 1; round <= 3; round += 1) {
      clock.advance(20_000 - (round === 1 ? 0 : 10_000));
      await events.find((event) => event.type === 'ws.ping' && event.at >= round * 20_000);
      expect(events.items.filter(({ type }) => type === 'ws.ping')).toHaveLength(round);
      clock.advance(10_000);
    }
    expect(events.items.find(({ type }) => type === 'ws.ping')).toMatchObject({ rttMs: 0 });
    expect(closes.length).toBe(0);
  });

  it('never goes out with 0', async () => {
    const { clock, closes } = await behindProxy({ pingIntervalMs: 0 });
    expect(clock.timers).toBe(0);
    clock.advance(1_000_000);
    expect(closes.length).toBe(0);
  });

  it('of the server is answered', async () => {
    const { socket } = await behindProxy();
    const pong = new Promise((resolve) => socket?.on('pong', (data) => resolve(data.toString())));
    socket?.ping('are you there');
    expect(await pong).toBe('are you there');
  });
});

describe('a connection that only one side knows to be dead', () => {
  it('is dropped when nothing came for pongTimeoutMs after a ping', async () => {
    const { clock, proxy, transport, closes, errors } = await behindProxy();
    proxy.swallow();
    clock.advance(20_000);
    await turns();
    clock.advance(9_999);
    await turns();
    expect(closes.length).toBe(0);
    clock.advance(1);
    await turns();
    clock.advance(1);
    expect(await transport.closed).toMatchObject({
      code: 1006,
      reason: 'no sign of life within 10000 ms of a ping',
      redial: true,
      error: { code: 'CONNECTION_LOST', delivery: 'unknown', closeCode: 1006 },
    });
    expect(errors.length).toBe(1);
    expect(clock.timers).toBe(0);
  });

  it('is alive as long as anything comes in, pong or not', async () => {
    const clock = new FakeClock();
    const peer = await rawPeer();
    const { closes, messages } = await connected(peer.url, { clock });
    const [socket] = await peer.sockets.first(1);
    for (let round = 1; round <= 3; round += 1) {
      clock.advance(10_000 + (round === 1 ? 10_000 : 0));
      socket?.write(frame(ping));
      await messages.first(round);
      clock.advance(10_000);
      await turns(2);
    }
    expect(closes.length).toBe(0);
  });

  it('is alive while a big message is still on its way', async () => {
    const clock = new FakeClock();
    const peer = await rawPeer();
    const { closes, messages } = await connected(peer.url, { clock });
    const [socket] = await peer.sockets.first(1);
    const message = { ...ping, params: { text: 'x'.repeat(1_000_000) } };
    const bytes = frame(message);
    socket?.write(bytes.subarray(0, 1_000));
    await turns();
    clock.advance(20_000);
    socket?.write(bytes.subarray(1_000, 100_000));
    await turns();
    clock.advance(10_000);
    clock.advance(1);
    await turns();
    expect(closes.length).toBe(0);
    socket?.write(bytes.subarray(100_000));
    expect(await messages.first(1)).toEqual([message]);
  });

  it('gets a second ping where this machine slept, before it is given up', async () => {
    const { clock, proxy, transport, closes } = await behindProxy();
    proxy.swallow();
    clock.advance(20_000);
    await turns();
    // The lid was closed for an hour, in which no timer fired and nothing was read.
    clock.sleep(3_600_000);
    clock.advance(0);
    await turns();
    expect(closes.length).toBe(0);
    clock.advance(10_000);
    await turns();
    clock.advance(1);
    expect(await transport.closed).toMatchObject({ code: 1006 });
  });

  it('survives where this machine slept and the peer is well', async () => {
    const clock = new FakeClock();
    const pings: Buffer[] = [];
    const peer = await rawPeer((socket) => socket.on('data', (chunk) => pings.push(chunk)));
    const { closes, events } = await connected(peer.url, { clock });
    const [socket] = await peer.sockets.first(1);
    clock.advance(20_000);
    await turns();
    clock.sleep(3_600_000);
    clock.advance(0);
    await turns();
    expect(pingsIn(Buffer.concat(pings))).toBe(2);
    socket?.write(frame('', { opcode: 10 }));
    await events.find(({ type }) => type === 'ws.ping');
    clock.advance(10_000);
    await turns();
    clock.advance(10_000);
    await turns();
    expect(closes.length).toBe(0);
    expect(pingsIn(Buffer.concat(pings))).toBe(3);
  });

  it('is looked at once more where this process was busy and the pong is still unread', async () => {
    const { clock, closes, events } = await behindProxy({ pongTimeoutMs: 100 });
    clock.advance(20_000);
    // All of this in one turn of the event loop: nothing could be read.
    clock.advance(100);
    await events.find(({ type }) => type === 'ws.ping');
    clock.advance(1);
    await turns();
    expect(closes.length).toBe(0);
  });
});

describe('idleTimeoutMs', () => {
  const options = { idleTimeoutMs: 5_000, pingIntervalMs: 0 };

  it('drops a connection on which nothing comes in', async () => {
    const { clock, transport, closes } = await behindProxy(options);
    clock.advance(4_999);
    expect(closes.length).toBe(0);
    clock.advance(1);
    expect(await transport.closed).toMatchObject({
      code: 1006,
      reason: 'nothing received for 5000 ms',
      redial: true,
    });
  });

  it('counts from the last message, by one timer', async () => {
    const { clock, socket, messages, closes, transport } = await behindProxy(options);
    clock.advance(3_000);
    socket?.send(JSON.stringify(ping));
    await messages.first(1);
    expect(clock.timers).toBe(1);
    clock.advance(4_999);
    expect(closes.length).toBe(0);
    clock.advance(1);
    await transport.closed;
  });

  it("counts the server's pings as life", async () => {
    const { clock, socket, closes } = await behindProxy(options);
    for (let round = 0; round < 5; round += 1) {
      clock.advance(4_000);
      const pong = new Promise((resolve) => socket?.once('pong', resolve));
      socket?.ping();
      await pong;
    }
    expect(closes.length).toBe(0);
  });

  it('is not what we send', async () => {
    const { clock, transport, peer } = await behindProxy(options);
    clock.advance(4_999);
    await transport.send(ping);
    await peer.messages.first(1);
    clock.advance(1);
    await transport.closed;
  });

  it('starts over once where this machine slept', async () => {
    const { clock, transport, closes } = await behindProxy(options);
    clock.sleep(3_600_000);
    clock.advance(0);
    await turns();
    expect(closes.length).toBe(0);
    clock.advance(5_000);
    await transport.closed;
  });
});
