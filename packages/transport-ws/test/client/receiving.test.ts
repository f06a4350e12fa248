import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { frame, rawPeer, wsPeer } from '../servers.js';
import { connected, ping, progress } from './watched.js';

const MiB = 1024 * 1024;
const answer = (id: number, extra: object = {}) => ({ jsonrpc: '2.0', id, result: extra });

/** A connected transport and the raw socket at the other end. */
async function raw(options: Parameters<typeof connected>[1] = {}, extensions?: string) {
  const peer = await rawPeer(undefined, extensions === undefined ? {} : { extensions });
  const watching = await connected(peer.url, options);
  const [socket] = await peer.sockets.first(1);
  const chunks: Buffer[] = [];
  socket?.on('data', (chunk) => chunks.push(chunk));
  return {
    ...watching,
    write: (...frames: Buffer[]) => void socket?.write(Buffer.concat(frames)),
    end: () => void socket?.end(),
    /** The close code that arrived at the server. */
    closeCode: async () => {
      await watching.transport.closed;
      return closeCodeIn(Buffer.concat(chunks));
    },
  };
}

/** Walks through the masked frames of a client, all of less than 126 bytes, to its close frame. */
function closeCodeIn(bytes: Buffer): number {
  for (let at = 0; at < bytes.length; ) {
    const length = (bytes[at + 1] ?? 0) & 0x7f;
    const payload = bytes.subarray(at + 6, at + 6 + length);
    const mask = bytes.subarray(at + 2, at + 6);
    if (bytes[at] === 0x88) {
      return Buffer.from(payload.map((byte, n) => byte ^ (mask[n % 4] ?? 0))).readUInt16BE();
    }
    at += 6 + length;
  }
  throw new Error('no close frame arrived');
}

describe('a message that is not one', () => {
  it.each([
    ['no JSON', '{"jsonrpc":"2.0",'],
    ['an empty text', ''],
    ['an array', '[{"jsonrpc":"2.0","id":1,"result":{}}]'],
    ['a number', '7'],
    ['null', 'null'],
    ['another version', '{"jsonrpc":"1.0","id":1,"result":{}}'],
    ['a result without an id', '{"jsonrpc":"2.0","result":{}}'],
    ['a method that is no string', '{"jsonrpc":"2.0","method":1}'],
    ['an id that is an object', '{"jsonrpc":"2.0","id":{},"method":"a"}'],
    ['nothing at all', '{"jsonrpc":"2.0"}'],
  ])('(%s) is reported, and the connection lives on', async (_, text) => {
    const { messages, errors, write } = await raw();
    write(frame(text), frame(answer(1)));
    expect(await messages.first(1)).toEqual([answer(1)]);
    expect(errors.items).toMatchObject([{ name: 'TransportError', code: 'INVALID_MESSAGE' }]);
  });

  it('is not quoted', async () => {
    const { errors, write } = await raw();
    write(frame('s3cret'));
    expect(String((await errors.first(1))[0])).not.toContain('s3cret');
  });
});

describe('a message', () => {
  it('keeps members that nobody here knows', async () => {
    const { messages, write } = await raw();
    const message = answer(1, {
      _meta: { 'com.example/x': { deep: [1, null] }, traceparent: '00-a-b-01' },
      constructor: 'x',
    });
    write(frame(message));
    expect(await messages.first(1)).toEqual([message]);
  });

  it('may carry a __proto__, which changes no prototype', async () => {
    const { messages, write } = await raw();
    write(frame('{"jsonrpc":"2.0","id":1,"result":{"__proto__":{"polluted":true}}}'));
    await messages.first(1);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('may be nested deeper than any stack', async () => {
    const { messages, write } = await raw();
    const depth = 200_000;
    write(
      frame(`{"jsonrpc":"2.0","id":1,"result":{"a":${'['.repeat(depth)}${']'.repeat(depth)}}}`),
      frame(answer(2)),
    );
    expect((await messages.first(2))[1]).toEqual(answer(2));
  });

  it('may come in fragments, with a ping between them', async () => {
    const { messages, write } = await raw();
    const text = Buffer.from(JSON.stringify(answer(1, { text: 'zwölf' })));
    // Cut in the middle of the "ö".
    const cut = text.indexOf(0xc3) + 1;
    write(frame(text.subarray(0, cut), { fin: false }), frame('', { opcode: 9 }));
    write(frame(text.subarray(cut), { opcode: 0 }));
    expect(await messages.first(1)).toEqual([answer(1, { text: 'zwölf' })]);
  });

  it('with an id that was used before is handed over as it is', async () => {
    const { messages, write } = await raw();
    write(frame(answer(1)), frame(answer(1)));
    expect(await messages.first(2)).toEqual([answer(1), answer(1)]);
  });

  it('whose handler throws harms none of the others', async () => {
    const { transport, errors, write } = await raw();
    const seen: unknown[] = [];
    const both = new Promise<void>((resolve) => {
      transport.onmessage = (message) => {
        seen.push(message);
        if (seen.length === 2) resolve();
        throw new Error('of the handler');
      };
    });
    write(frame(answer(1)), frame(answer(2)));
    await both;
    expect(errors.items[0]).toMatchObject({ message: 'of the handler' });
  });

  it('that nobody listens for is dropped', async () => {
    const { transport, messages, write } = await raw();
    const { onmessage } = transport;
    transport.onmessage = undefined;
    transport.onerror = () => {
      transport.onmessage = onmessage;
    };
    write(frame(answer(1)), frame('no JSON'), frame(answer(2)));
    expect(await messages.first(1)).toEqual([answer(2)]);
  });
});

describe('the size limit', () => {
  it('lets 1 MiB through, both ways', async () => {
    const peer = await wsPeer();
    const { transport, messages } = await connected(peer.url);
    const message = { ...ping, params: { text: 'x'.repeat(MiB) } };
    await transport.send(message);
    expect(await peer.messages.first(1)).toEqual([JSON.stringify(message)]);
    peer.sockets.items[0]?.send(JSON.stringify(answer(1, { text: 'x'.repeat(MiB) })));
    expect((await messages.first(1))[0]).toHaveProperty('result.text.length', MiB);
  });

  it('refuses to send 5 MiB, and nothing has left', async () => {
    const peer = await wsPeer();
    const { transport } = await connected(peer.url);
    const big = { ...ping, params: { text: 'x'.repeat(5 * MiB) } };
    await expect(transport.send(big)).rejects.toMatchObject({
      name: 'TransportError',
      code: 'MESSAGE_TOO_BIG',
      delivery: 'not-sent',
      retryable: false,
    });
    await transport.send(ping);
    expect(await peer.messages.first(1)).toEqual([JSON.stringify(ping)]);
  });

  it('ends a connection on which 5 MiB arrive, with 1009 and for good', async () => {
    const peer = await wsPeer();
    const { transport, messages, errors } = await connected(peer.url);
    const [socket] = await peer.sockets.first(1);
    const closed = new Promise((resolve) => socket?.on('close', resolve));
    socket?.send(JSON.stringify(answer(1, { text: 'x'.repeat(5 * MiB) })));
    expect(await transport.closed).toMatchObject({
      code: 1009,
      redial: false,
      error: { closeCode: 1009, retryable: false, delivery: 'unknown' },
    });
    expect(await closed).toBe(1009);
    expect(messages.length).toBe(0);
    expect(errors.items.map((error) => (error as { code?: string }).code)).toEqual([
      'MESSAGE_TOO_BIG',
      'CONNECTION_LOST',
    ]);
  });

  it('counts UTF-8, to the byte, both ways', async () => {
    const exact = { ...ping, params: { text: '€'.repeat(20) } };
    const maxMessageBytes = Buffer.byteLength(JSON.stringify(exact));
    const longer = { ...exact, params: { text: `${'€'.repeat(20)}x` } };
    const peer = await wsPeer();
    const { transport, messages } = await connected(peer.url, { maxMessageBytes });
    await transport.send(exact);
    await expect(transport.send(longer)).rejects.toMatchObject({ code: 'MESSAGE_TOO_BIG' });
    const [socket] = await peer.sockets.first(1);
    socket?.send(JSON.stringify(exact));
    expect(await messages.first(1)).toEqual([exact]);
    socket?.send(JSON.stringify(longer));
    expect(await transport.closed).toMatchObject({ code: 1009 });
  });

  it('holds for a message in fragments', async () => {
    const { closeCode, write } = await raw({ maxMessageBytes: 100 });
    write(frame('x'.repeat(60), { fin: false }), frame('x'.repeat(60), { opcode: 0 }));
    expect(await closeCode()).toBe(1009);
  });

  it('believes a frame that announces too much, before the rest has come', async () => {
    const { closeCode, write } = await raw();
    write(frame('x'.repeat(5 * MiB)).subarray(0, 10));
    expect(await closeCode()).toBe(1009);
  });

  it('holds after inflation: a bomb goes off under 4 MiB', async () => {
    const bomb = deflateRawSync(Buffer.alloc(64 * MiB, 'x')).subarray(0, -4);
    const { transport, messages, write } = await raw(
      { compression: true },
      'permessage-deflate; server_no_context_takeover; client_no_context_takeover',
    );
    expect(bomb.length).toBeLessThan(MiB);
    write(frame(bomb, { compressed: true }));
    expect(await transport.closed).toMatchObject({ code: 1009, redial: false });
    expect(messages.length).toBe(0);
  });
});

describe('a peer that breaks the protocol', () => {
  it.each([
    ['a binary frame', frame(Buffer.from('{}'), { opcode: 2 }), 1003],
    ['invalid UTF-8', frame(Buffer.from([0xc3, 0x28])), 1007],
    ['a reserved bit', frame('{}', { compressed: true }), 1002],
    ['an unknown opcode', frame('{}', { opcode: 3 }), 1002],
    ['a continuation of nothing', frame('{}', { opcode: 0 }), 1002],
    ['a masked frame', Buffer.from([0x81, 0x80, 1, 2, 3, 4]), 1002],
    ['a ping in fragments', frame('', { opcode: 9, fin: false }), 1002],
    ['a ping too long', frame('x'.repeat(126), { opcode: 9 }), 1002],
    ['a close code that is none', frame(Buffer.from([0x03, 0xee]), { opcode: 8 }), 1002],
  ])('with %s is left', async (_, bytes, code) => {
    const { transport, closes, errors, write, closeCode } = await raw();
    write(bytes, frame(answer(1)));
    expect(await closeCode()).toBe(code);
    expect(await transport.closed).toMatchObject({
      code,
      redial: false,
      error: { name: 'ConnectionError', code: 'CONNECTION_LOST', retryable: false },
    });
    expect(errors.items[0]).toMatchObject({ code: 'INVALID_MESSAGE' });
    expect(closes.length).toBe(1);
  });

  it('with what does not inflate is left with 1007', async () => {
    const { transport, write } = await raw({ compression: true }, 'permessage-deflate');
    write(frame(Buffer.from([0xff, 0xff, 0xff, 0xff]), { compressed: true }));
    expect(await transport.closed).toMatchObject({ code: 1007, redial: false });
  });

  it('is still heard in what it answered before', async () => {
    const { transport, messages, write } = await raw();
    write(frame(progress(1)), frame(answer(1)), frame(Buffer.from([0xc3, 0x28])));
    await transport.closed;
    expect(messages.items).toEqual([progress(1), answer(1)]);
  });

  it.each(['binary', 'invalid'])(
    'is not obeyed any more in what would want an answer (%s)',
    async (kind) => {
      const { transport, messages, write } = await raw();
      const broken =
        kind === 'binary' ? frame(Buffer.of(1), { opcode: 2 }) : frame(Buffer.of(0xc3, 0x28));
      write(frame(progress(1)), frame({ ...ping, id: 's1' }), broken);
      await transport.closed;
      expect(messages.items).toEqual([progress(1)]);
    },
  );

  it('by leaving in the middle of a frame is a lost connection', async () => {
    const { transport, messages, closes, write, end } = await raw();
    write(frame(answer(1)).subarray(0, 12));
    end();
    expect(await transport.closed).toMatchObject({
      code: 1006,
      redial: true,
      error: { closeCode: 1006, delivery: 'unknown' },
    });
    expect(messages.length).toBe(0);
    expect(closes.length).toBe(1);
  });
});

describe('compression', () => {
  it('is not offered by default, and not accepted uninvited', async () => {
    const peer = await wsPeer({ perMessageDeflate: true });
    await connected(peer.url);
    expect(peer.upgrades.items[0]).not.toHaveProperty('sec-websocket-extensions');
  });

  it('where it is on, shrinks what is over its threshold, without context takeover', async () => {
    const peer = await wsPeer({ perMessageDeflate: { threshold: 0 } });
    const { transport, messages } = await connected(peer.url, {
      compression: { thresholdBytes: 50 },
    });
    expect(peer.upgrades.items[0]?.['sec-websocket-extensions']).toBe(
      'permessage-deflate; server_no_context_takeover; client_no_context_takeover; client_max_window_bits',
    );
    const long = { ...ping, params: { text: 'x'.repeat(10_000) } };
    await transport.send(long);
    await transport.send(ping);
    expect(await peer.messages.first(2)).toEqual([JSON.stringify(long), JSON.stringify(ping)]);
    peer.sockets.items[0]?.send(JSON.stringify(answer(1, { text: 'y'.repeat(10_000) })));
    expect((await messages.first(1))[0]).toHaveProperty('result.text.length', 10_000);
  });
});
