import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { FakeClock } from '../fake-clock.js';
import { frame, rawPeer, refusingPeer, tcpPeer, wsPeer } from '../servers.js';
import { connected, ping, rejection, watched } from './watched.js';

// A WHATWG WebSocket outside of a browser: of `ws`, only the part that browsers have is used.
class Standard extends WebSocket {
  constructor(url: string, protocols?: string | string[]) {
    super(url, protocols);
    // What a browser's socket has not, and what nobody may therefore call.
    Object.assign(this, { ping: undefined, terminate: undefined, pause: undefined });
  }
}
const options = { WebSocket: Standard as never };

describe('a WHATWG WebSocket', () => {
  it('carries messages both ways, in order', async () => {
    const peer = await wsPeer();
    const { transport, messages, events } = await connected(peer.url, options);
    await transport.send(ping);
    expect(await peer.messages.first(1)).toEqual([JSON.stringify(ping)]);
    peer.sockets.items[0]?.send('{"jsonrpc":"2.0","id":1,"result":{"text":"€"}}');
    await messages.first(1);
    expect(events.items.map((event) => ('bytes' in event ? event.bytes : event.type))).toEqual([
      'ws.dial',
      'ws.open',
      Buffer.byteLength(JSON.stringify(ping)),
      48,
    ]);
    expect(transport.bufferedAmount).toBe(0);
  });

  it('closes with 1000', async () => {
    const peer = await wsPeer();
    const { transport, closes } = await connected(peer.url, options);
    const [socket] = await peer.sockets.first(1);
    const code = new Promise((resolve) => socket?.on('close', resolve));
    await Promise.all([transport.close(), transport.close()]);
    expect(await code).toBe(1000);
    expect(closes.length).toBe(1);
  });

  it.each([
    [
      'a message over the limit',
      frame(JSON.stringify({ ...ping, params: { x: 'x'.repeat(99) } })),
      1009,
    ],
    ['a binary frame', frame(Buffer.of(1), { opcode: 2 }), 1003],
  ])('tells %s by %s, and the peer by what scripts may say', async (_, bytes, code) => {
    const peer = await wsPeer();
    const { transport, errors } = await connected(peer.url, { ...options, maxMessageBytes: 100 });
    const [socket] = await peer.sockets.first(1);
    const told = new Promise((resolve) => socket?.on('close', resolve));
    const { _socket } = socket as unknown as { _socket: { write(bytes: Buffer): void } };
    _socket.write(bytes);
    expect(await transport.closed).toMatchObject({ code, redial: false });
    expect(await told).toBe(3_000 + code);
    expect(errors.length).toBe(2);
  });

  it('survives a peer that breaks the protocol', async () => {
    const peer = await rawPeer((socket) => socket.write(frame(Buffer.of(0xc3, 0x28))));
    const { transport, closes } = await connected(peer.url, options);
    await peer.sockets.first(1);
    peer.sockets.items[0]?.end();
    expect(await transport.closed).toMatchObject({ redial: expect.any(Boolean) });
    expect(closes.length).toBe(1);
  });

  it('counts UTF-8, to the byte', async () => {
    const exact = { ...ping, params: { text: '€'.repeat(20) } };
    const maxMessageBytes = Buffer.byteLength(JSON.stringify(exact));
    const peer = await wsPeer();
    const { transport } = await connected(peer.url, { ...options, maxMessageBytes });
    await transport.send(exact);
    const longer = { ...exact, params: { text: `${'€'.repeat(20)}x` } };
    expect(await rejection(transport.send(longer))).toMatchObject({ code: 'MESSAGE_TOO_BIG' });
  });

  it('says of a refused upgrade no more than that it failed', async () => {
    const { url } = await refusingPeer(401);
    const { transport } = watched(url, options);
    const error = await rejection(transport.start());
    expect(error).toMatchObject({ code: 'DIAL_FAILED', delivery: 'not-sent' });
    expect(error.status).toBeUndefined();
  });

  it('lets go of a dial that is aborted', async () => {
    const peer = await tcpPeer();
    const control = new AbortController();
    const { transport, closes } = watched(peer.url, { ...options, signal: control.signal });
    const started = rejection(transport.start());
    const [socket] = await peer.sockets.first(1);
    const gone = new Promise((resolve) => socket?.on('close', resolve));
    control.abort();
    expect(await started).toMatchObject({ name: 'AbortError' });
    await gone;
    expect(closes.length).toBe(1);
  });

  it('is let go of when the peer does not answer the close', async () => {
    const clock = new FakeClock();
    const peer = await rawPeer();
    const { transport, closes } = await connected(peer.url, { ...options, clock });
    const closing = transport.close();
    clock.advance(2_000);
    await closing;
    expect(closes.length).toBe(1);
    expect(clock.timers).toBe(0);
  });

  it('gives up in silence where idleTimeoutMs says so', async () => {
    const clock = new FakeClock();
    const peer = await wsPeer();
    const { transport } = await connected(peer.url, { ...options, clock, idleTimeoutMs: 1_000 });
    clock.advance(1_000);
    expect(await transport.closed).toMatchObject({ code: 1006, redial: true });
  });

  it('whose constructor throws fails the dial for good', async () => {
    class Refusing {
      constructor() {
        throw new SyntaxError('mixed content');
      }
    }
    const { transport } = watched('ws://127.0.0.1:1/', { WebSocket: Refusing as never });
    expect(await rejection(transport.start())).toMatchObject({
      code: 'DIAL_FAILED',
      retryable: false,
      cause: { message: 'mixed content' },
    });
  });

  it('that agrees on no subprotocol fails the dial for good', async () => {
    class Lax extends Standard {
      constructor(url: string) {
        super(url, []);
      }
    }
    const peer = await wsPeer();
    const { transport } = watched(peer.url, { WebSocket: Lax as never });
    expect(await rejection(transport.start())).toMatchObject({
      code: 'SUBPROTOCOL',
      retryable: false,
    });
  });
});
