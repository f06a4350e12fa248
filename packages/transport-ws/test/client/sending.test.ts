import { Agent } from 'node:http';
import net from 'node:net';
import { describe, expect, it } from 'vitest';
import { tcpProxy, wsPeer } from '../servers.js';
import { connected, ping, watched } from './watched.js';

describe('send', () => {
  it('before the connection is open is not-sent', async () => {
    const { transport } = watched('ws://127.0.0.1:1/mcp');
    await expect(transport.send(ping)).rejects.toMatchObject({
      name: 'TransportError',
      code: 'NOT_OPEN',
      delivery: 'not-sent',
    });
  });

  it('after close() is not-sent', async () => {
    const peer = await wsPeer();
    const { transport } = await connected(peer.url);
    const closing = transport.close();
    await expect(transport.send(ping)).rejects.toMatchObject({
      code: 'CLOSED',
      delivery: 'not-sent',
    });
    await closing;
    await expect(transport.send(ping)).rejects.toMatchObject({ code: 'CLOSED' });
    expect(peer.messages.length).toBe(0);
  });

  it('after the peer has begun to close is not-sent', async () => {
    const peer = await wsPeer();
    const { transport, messages } = await connected(peer.url);
    const [socket] = await peer.sockets.first(1);
    // One segment: the message's handler runs when the close frame behind it has been read.
    const late = new Promise<unknown>((resolve) => {
      const { onmessage } = transport;
      transport.onmessage = (message) => {
        onmessage?.(message);
        setImmediate(() => transport.send(ping).then(() => resolve('sent'), resolve));
      };
    });
    const tcp = (socket as unknown as { _socket: { cork(): void; uncork(): void } })._socket;
    tcp.cork();
    socket?.send(JSON.stringify({ jsonrpc: '2.0', id: 9, result: {} }));
    socket?.close(1001);
    tcp.uncork();
    expect(await late).toMatchObject({ code: 'CLOSED', delivery: 'not-sent' });
    expect(messages.length).toBe(1);
  });

  it.each([
    ['a circle', () => Object.assign({ ...ping }, { self: circle() })],
    ['a bigint', () => ({ ...ping, params: { n: 1n } })],
    ['a toJSON that throws', () => ({ ...ping, params: { toJSON: fail } })],
    ['a toJSON that says nothing', () => ({ toJSON: () => undefined })],
    ['undefined', () => undefined],
  ])('of %s is not-sent and never will be', async (_, make) => {
    const peer = await wsPeer();
    const { transport } = await connected(peer.url);
    await expect(transport.send(make() as object)).rejects.toMatchObject({
      code: 'INVALID_MESSAGE',
      delivery: 'not-sent',
      retryable: false,
    });
    await transport.send(ping);
    expect(await peer.messages.first(1)).toEqual([JSON.stringify(ping)]);
  });
});

describe('back-pressure', () => {
  it('refuses to buffer over maxBufferedBytes, and takes more once the peer reads', async () => {
    const peer = await wsPeer();
    const { transport } = await connected(peer.url, {
      maxMessageBytes: 600_000,
      maxBufferedBytes: 2_000_000,
    });
    const [socket] = await peer.sockets.first(1);
    socket?.pause();
    const message = { ...ping, params: { text: 'x'.repeat(500_000) } };
    let sent = 0;
    let refusal: unknown;
    while (refusal === undefined) {
      await transport.send(message).then(
        () => {
          sent += 1;
        },
        (error) => {
          refusal = error;
        },
      );
      await new Promise(setImmediate);
    }
    expect(refusal).toMatchObject({
      name: 'TransportError',
      code: 'BACK_PRESSURE',
      delivery: 'not-sent',
    });
    expect((refusal as { retryable?: boolean }).retryable).toBeUndefined();
    expect(transport.bufferedAmount).toBeGreaterThan(1_000_000);
    expect(transport.bufferedAmount).toBeLessThanOrEqual(2_000_100);
    socket?.resume();
    expect(await peer.messages.first(sent)).toHaveLength(sent);
    await transport.send(ping);
    expect((await peer.messages.first(sent + 1)).at(-1)).toBe(JSON.stringify(ping));
    expect(peer.messages.length).toBe(sent + 1);
  });

  it('lets an idle connection send any message that the size limit allows', async () => {
    const peer = await wsPeer();
    const { transport } = await connected(peer.url, { maxBufferedBytes: 1 });
    const message = { ...ping, params: { text: 'x'.repeat(100) } };
    await transport.send(message);
    expect(await peer.messages.first(1)).toEqual([JSON.stringify(message)]);
  });

  it('bounds 10,000 messages to a peer that does not read', async () => {
    const peer = await wsPeer();
    const proxy = await tcpProxy(peer.port);
    const { transport } = await connected(proxy.url, { maxBufferedBytes: 100_000 });
    const [socket] = await peer.sockets.first(1);
    socket?.pause();
    const message = { ...ping, params: { text: 'x'.repeat(10_000) } };
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10_000 }, () => transport.send(message)),
    );
    const refused = outcomes.filter(({ status }) => status === 'rejected');
    expect(refused.length).toBeGreaterThan(9_000);
    expect(transport.bufferedAmount).toBeLessThanOrEqual(100_100);
  });
});

describe('coalescing', () => {
  /** A connection whose writes to the kernel are counted. */
  async function counting() {
    const peer = await wsPeer();
    const agent = new CountingAgent();
    const { transport } = await connected(peer.url, { agent });
    const before = agent.writes;
    return { transport, peer, writes: () => agent.writes - before };
  }

  it('puts frames of one tick into one write', async () => {
    const { transport, peer, writes } = await counting();
    for (let n = 0; n < 64; n += 1) void transport.send(ping);
    await peer.messages.first(64);
    expect(writes()).toBe(1);
  });

  it('puts what the microtasks of one tick send into one write', async () => {
    const { transport, peer, writes } = await counting();
    const awaiting = async (depth: number): Promise<void> => {
      for (let n = 0; n < depth; n += 1) await undefined;
      await transport.send(ping);
    };
    // As after a segment of answers: each caller goes on in a microtask of its own.
    await Promise.all(Array.from({ length: 32 }, (_, depth) => awaiting(depth)));
    await peer.messages.first(32);
    expect(writes()).toBe(1);
  });

  it('keeps nothing back', async () => {
    const { transport, peer, writes } = await counting();
    void transport.send(ping);
    await peer.messages.first(1);
    void transport.send(ping);
    await peer.messages.first(2);
    expect(writes()).toBe(2);
  });
});

class CountingAgent extends Agent {
  writes = 0;

  override createConnection(options: net.NetConnectOpts): net.Socket {
    const count = () => {
      this.writes += 1;
    };
    class CountingSocket extends net.Socket {
      override _write(...args: Parameters<net.Socket['_write']>): void {
        count();
        super._write(...args);
      }
      override _writev(...args: Parameters<NonNullable<net.Socket['_writev']>>): void {
        count();
        super._writev?.(...args);
      }
    }
    return new CountingSocket().connect(options);
  }
}

const circle = () => {
  const it: { self?: unknown } = {};
  it.self = it;
  return it;
};

const fail = () => {
  throw new Error('no');
};
