import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { printable } from '../../src/printable.js';
import { tcpPeer, wsPeer } from '../servers.js';
import { connected, rejection, watched } from './watched.js';

/** What a terminal, or a reader of logs, could be fooled with. */
const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

describe('what a peer writes', () => {
  it('as the reason of its close is one line without escape sequences', async () => {
    const peer = await wsPeer();
    const { transport, errors } = await connected(peer.url);
    peer.sockets.items[0]?.close(1008, 'expired\r\n\x1b[31mFAKE\u202e\u2028line');
    const { reason, error } = await transport.closed;
    expect(reason).toBe('expired [31mFAKE line');
    expect(error?.message).not.toMatch(CONTROL);
    expect(errors.items[0]).toBe(error);
  });

  it('in the place of HTTP is not kept, because it may quote our headers', async () => {
    const peer = await tcpPeer((socket) =>
      socket.on('data', (data) => socket.end(`HTTP/1.1 banana ${data}\r\n\r\n`)),
    );
    const { transport } = watched(peer.url, { headers: { authorization: 'Bearer s3cret' } });
    const error = await rejection(transport.start());
    expect(error.code).toBe('DIAL_FAILED');
    expect(inspect(error, { depth: 9 })).not.toMatch(/s3cret|rawPacket/);
    expect(error.cause).not.toHaveProperty('rawPacket');
  });

  it('is cut where it is long', () => {
    expect(printable('x'.repeat(1_000))).toBe(`${'x'.repeat(200)}…`);
    expect(printable('zwölf € 🙂')).toBe('zwölf € 🙂');
  });
});

describe('a subprotocol that a server echoes', () => {
  it.each([
    ['bearer.s3cret', '…'],
    ['mcp.s3cret', '…'],
    ['mcp.v2', 'mcp.v2'],
  ])('of %s is %s in the event', async (subprotocol, shown) => {
    const peer = await wsPeer();
    const { events } = await connected(peer.url, { subprotocols: [subprotocol, 'mcp'] });
    expect(events.items[1]).toMatchObject({ type: 'ws.open', protocol: shown });
  });
});

describe('a broken handshake', () => {
  it('is not taken for a missing subprotocol, and not dialled twice', async () => {
    const peer = await tcpPeer((socket) =>
      socket.on('data', () =>
        socket.write(
          'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: bm90aGluZw==\r\n\r\n',
        ),
      ),
    );
    const { transport } = watched(peer.url, { subprotocolFallback: true });
    expect(await rejection(transport.start())).toMatchObject({ code: 'DIAL_FAILED' });
    expect(peer.sockets.length).toBe(1);
  });
});
