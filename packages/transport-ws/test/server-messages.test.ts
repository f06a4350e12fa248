import { once } from 'node:events';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { FakeClock } from './fake-clock.js';
import { Log } from './log.js';
import { attached, notification, ping, result } from './server-hosts.js';
import { frame, peer, rawPeer } from './server-peers.js';

// Megabytes take their time on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const MIB = 1024 * 1024;

describe('a malformed message', () => {
  it.each([
    ['text that is not JSON', '{"jsonrpc":', -32700, null],
    ['nothing', '', -32700, null],
    ['an array', `[${JSON.stringify(ping(1))}]`, -32600, null],
    ['a number', '7', -32600, null],
    ['null', 'null', -32600, null],
    ['another version', '{"jsonrpc":"1.0","id":9,"method":"ping"}', -32600, 9],
    ['no method', '{"jsonrpc":"2.0","id":"nine"}', -32600, 'nine'],
    ['a method that is no string', '{"jsonrpc":"2.0","id":9,"method":7}', -32600, 9],
    ['an id that is none', '{"jsonrpc":"2.0","id":{},"method":"ping"}', -32600, null],
    ['an id of null', '{"jsonrpc":"2.0","id":null,"method":"ping"}', -32600, null],
  ])('(%s) is answered, and the connection lives on', async (_what, text, code, id) => {
    const { url, received, errors, events } = await attached();
    const { send, answers } = await peer(url);
    send(text);
    const [answer] = await answers.first(1);
    expect(answer).toMatchObject({ jsonrpc: '2.0', id, error: { code } });
    send(ping(1));
    await received.first(1);
    expect(errors.items).toMatchObject([{ code: 'INVALID_MESSAGE' }]);
    expect(events.items).toContainEqual(
      expect.objectContaining({ type: 'ws.error', error: 'INVALID_MESSAGE' }),
    );
  });

  it.each([
    ['a result without an id', '{"jsonrpc":"2.0","result":{}}'],
    ['a result of another version', '{"jsonrpc":"1.0","id":5,"result":{}}'],
    ['an error that is none', '{"jsonrpc":"2.0","id":5,"error":"no"}'],
  ])('(%s) that was to be an answer is not answered', async (_what, text) => {
    const { url, received, errors, transports } = await attached();
    const { send, answers, answer } = await peer(url);
    send(text);
    send(ping(1));
    await received.first(1);
    await transports.items[0]?.send(result(1));
    await answer(1);
    expect(answers.length).toBe(1);
    expect(errors.items).toMatchObject([{ code: 'INVALID_MESSAGE' }]);
  });

  it('with the id of a request that runs is answered without it', async () => {
    const { url, received, transports } = await attached();
    const { send, answers, answer } = await peer(url);
    send(ping(9));
    await received.first(1);
    send('{"jsonrpc":"2.0","id":9,"method":7}');
    expect((await answers.first(1))[0]).toMatchObject({ id: null, error: { code: -32600 } });
    await transports.items[0]?.send(result(9));
    expect(await answer(9)).toMatchObject({ result: {} });
  });

  it('is not quoted back, because it may hold a secret', async () => {
    const { url, errors } = await attached();
    const { send, answers } = await peer(url);
    send('{"password":"hunter2');
    const [answer] = await answers.first(1);
    expect(JSON.stringify(answer) + errors.items).not.toContain('hunter2');
  });
});

describe('what is no text message of a decent size ends the connection', () => {
  it('binary, with 1003', async () => {
    const { url, errors } = await attached();
    const { socket, closed } = await peer(url);
    socket.send(Buffer.from(JSON.stringify(ping(1))));
    expect((await closed).code).toBe(1003);
    expect(errors.items).toMatchObject([{ code: 'INVALID_MESSAGE' }]);
  });

  it('invalid UTF-8, with 1007', async () => {
    const { port, transports } = await attached();
    const socket = await rawPeer(port);
    socket.write(frame(Buffer.from([0x22, 0xff, 0xfe, 0x22])));
    const [transport] = await transports.first(1);
    expect((await transport?.closed)?.code).toBe(1007);
  });

  it('a frame that is not masked, with 1002', async () => {
    const { port, transports } = await attached();
    const socket = await rawPeer(port);
    socket.write(Buffer.from([0x81, 0x02, 0x7b, 0x7d]));
    const [transport] = await transports.first(1);
    expect((await transport?.closed)?.code).toBe(1002);
  });

  it('more than maxMessageBytes, with 1009; a megabyte is fine', async () => {
    const { url, received, events } = await attached();
    const { send, closed } = await peer(url);
    const sized = (bytes: number) => ({ ...ping(1), params: { text: 'x'.repeat(bytes) } });
    send(sized(MIB));
    const [first] = await received.first(1);
    expect(first?.message.params.text).toHaveLength(MIB);
    send(sized(5 * MIB));
    expect((await closed).code).toBe(1009);
    expect(await events.find(({ type }) => type === 'ws.closed')).toMatchObject({ code: 1009 });
    expect(received.length).toBe(1);
  });

  it('counted in UTF-8: the limit itself passes, one byte more does not', async () => {
    const text = JSON.stringify({ ...ping(1), params: { text: 'é€𝄞'.repeat(10) } });
    const bytes = Buffer.byteLength(text);
    const exact = await attached({ maxMessageBytes: bytes });
    (await peer(exact.url)).send(text);
    await exact.received.first(1);
    const less = await attached({ maxMessageBytes: bytes - 1 });
    const { send, closed } = await peer(less.url);
    send(text);
    expect((await closed).code).toBe(1009);
  });

  it('a claim of more than anything, with 1009', async () => {
    const { port, transports } = await attached();
    const socket = await rawPeer(port);
    socket.write(Buffer.from([0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]));
    const [transport] = await transports.first(1);
    expect((await transport?.closed)?.code).toBe(1009);
  });

  it('an inflation bomb, with 1009 and before it is inflated', async () => {
    const { url, received } = await attached({ compression: true, maxMessageBytes: MIB });
    const { socket, closed } = await peer(url, { perMessageDeflate: true });
    expect(socket.extensions).toContain('permessage-deflate');
    const bomb = deflateRawSync(Buffer.alloc(64 * MIB, 0x20), { finishFlush: 2 });
    const raw = (socket as unknown as { _socket: import('node:net').Socket })._socket;
    // FIN, RSV1 (compressed), text.
    raw.write(frame(bomb.subarray(0, -4), 0xc1));
    expect((await closed).code).toBe(1009);
    expect(received.length).toBe(0);
  });

  it('a client that goes in the middle of a frame, as one that was cut off', async () => {
    const { port, transports, ended } = await attached();
    const socket = await rawPeer(port);
    socket.write(frame('x'.repeat(1_000)).subarray(0, 500));
    socket.end();
    const [transport] = await transports.first(1);
    expect((await transport?.closed)?.code).toBe(1006);
    expect(ended.length).toBe(1);
  });
});

it('deep nesting is nobody’s stack overflow', async () => {
  const { url, received } = await attached();
  const { send, answer } = await peer(url);
  const depth = 100_000;
  send(
    `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":${'['.repeat(depth)}${']'.repeat(depth)}}}`,
  );
  await received.first(1);
  send(ping(2));
  const { transport } = (await received.first(2))[1] ?? {};
  await transport?.send(result(2));
  await answer(2);
});

describe('order', () => {
  it('of notifications and what follows them in one segment lets each handler start first', async () => {
    const seen = new Log<string>();
    const { port } = await attached({}, (transport) => {
      // As the SDK does it: notifications a microtask later, requests at once.
      transport.onmessage = (message) => {
        if ('id' in message) seen.push(`request ${message.id}`);
        else void Promise.resolve().then(() => seen.push('notification'));
      };
      return transport.start();
    });
    const socket = await rawPeer(port);
    const messages = [notification(1), notification(2), notification(3), ping(1), ping(2)];
    socket.write(Buffer.concat(messages.map((message) => frame(JSON.stringify(message)))));
    expect(await seen.first(5)).toEqual([
      'notification',
      'notification',
      'notification',
      'request 1',
      'request 2',
    ]);
  });

  it('of what is sent is the order in which it arrives, in one write', async () => {
    const { port, transports } = await attached();
    const socket = await rawPeer(port);
    const [transport] = await transports.first(1);
    const first = once(socket, 'data');
    for (const n of [1, 2, 3]) void transport?.send(notification(n));
    void transport?.send(result(1));
    const [segment] = await first;
    const texts = String(segment).match(/"progress":\d|"result"/g);
    expect(texts).toEqual(['"progress":1', '"progress":2', '"progress":3', '"result"']);
  });
});

describe('an answer that cannot be sent', () => {
  it('because it is too big becomes an error, and the connection lives on', async () => {
    const { url, received, transports } = await attached({ maxMessageBytes: 1_000 });
    const { send, answer } = await peer(url);
    send(ping(1));
    const [first] = await received.first(1);
    const sending = first?.transport.send(result(1, { text: 'x'.repeat(1_000) }));
    await expect(sending).rejects.toMatchObject({ code: 'MESSAGE_TOO_BIG', delivery: 'not-sent' });
    expect(await answer(1)).toMatchObject({
      error: { code: -32603, message: expect.stringContaining('maxMessageBytes is 1000') },
    });
    expect(transports.items[0]?.inFlight).toBe(0);
    send(ping(2));
    await received.first(2);
  });

  it('because it is no JSON becomes one too', async () => {
    const { url, received } = await attached();
    const { send, answer } = await peer(url);
    send(ping(1));
    const [first] = await received.first(1);
    const sending = first?.transport.send(result(1, { big: 1n }));
    await expect(sending).rejects.toMatchObject({ code: 'INVALID_MESSAGE' });
    expect(await answer(1)).toMatchObject({ error: { code: -32603 } });
  });
});

it.each(['throws', 'rejects'])(
  'a request whose taker %s is answered -32603, without what was thrown',
  async (how) => {
    const errors = new Log<Error>();
    const { url, events } = await attached({}, (transport) => {
      transport.onerror = async (error) => {
        errors.push(error);
        throw new Error('and breaks nothing');
      };
      const fault = Object.assign(new Error('secret'), { code: 'SECRET' });
      transport.onmessage = () => {
        if (how === 'rejects') return Promise.reject(fault);
        throw fault;
      };
      return transport.start();
    });
    const { send, answer } = await peer(url);
    send(ping(1));
    expect(await answer(1)).toEqual({
      jsonrpc: '2.0',
      id: 1,
      error: { code: -32603, message: 'Internal error' },
    });
    expect(errors.items.map(({ message }) => message)).toEqual(['secret']);
    expect(events.items).toContainEqual(
      expect.objectContaining({ type: 'ws.error', error: 'HANDLER' }),
    );
    // Its place is free again.
    send(ping(1));
    await errors.first(2);
  },
);

describe('a client that does not read', () => {
  it('is closed with 1013 when an answer finds no room', async () => {
    const { url, received, errors, ended } = await attached({ maxInFlight: 20_000 });
    const { socket, send } = await peer(url);
    for (let id = 0; id < 10_000; id += 1) send(ping(id));
    await received.first(10_000);
    socket.pause();
    const [{ transport }] = received.items as [(typeof received.items)[0]];
    let refused = 0;
    for (const { message } of received.items) {
      await transport.send(result(message.id, { text: 'x'.repeat(10_000) })).catch(() => {
        refused += 1;
      });
    }
    expect(refused).toBeGreaterThan(0);
    expect(transport.bufferedAmount).toBeLessThan(17 * MIB);
    expect((await transport.closed).code).toBe(1013);
    expect(errors.items).toMatchObject([{ code: 'BACK_PRESSURE' }]);
    expect(ended.length).toBe(1);
  });

  it.each([0, '', 1])('is closed with 1013 too when a refusal of id %j finds none', async (id) => {
    const maxBufferedBytes = 100_000;
    const options = { maxInFlight: 1, maxBufferedBytes };
    const { url, received, errors, transports } = await attached(options);
    const { socket, send, closed } = await peer(url);
    socket.pause();
    send(ping('first'));
    await received.first(1);
    const [transport] = transports.items;
    const fill = async (size: number): Promise<void> => {
      const params = { text: 'x'.repeat(size) };
      try {
        for (;;) await transport?.send({ ...notification(1), params });
      } catch {
        // What the kernel takes in this turn, it has taken.
        await new Promise((resolve) => setImmediate(resolve));
      }
      if ((transport?.bufferedAmount ?? 0) < maxBufferedBytes - 2 * size - 100) await fill(size);
    };
    for (const size of [10_000, 0]) await fill(size);
    send(ping(id));
    await errors.find(({ message }) => /unread$/.test(message));
    socket.resume();
    expect((await closed).code).toBe(1013);
  });

  it('loses notifications first, and is closed with 1013 if it stays that slow', async () => {
    const maxBufferedBytes = 100_000;
    const clock = new FakeClock();
    const { url, transports } = await attached({ clock, maxBufferedBytes, pingIntervalMs: 0 });
    const { socket } = await peer(url);
    socket.pause();
    const [transport] = await transports.first(1);
    const overflow = async () => {
      const text = 'x'.repeat(10_000);
      for (;;) await transport?.send({ ...notification(1), params: { text } });
    };
    await expect(overflow()).rejects.toMatchObject({ code: 'BACK_PRESSURE', delivery: 'not-sent' });
    clock.advance(9_999);
    expect(clock.timers).toBe(1);
    clock.advance(1);
    // The close frame has no way through; the grace time ends it.
    clock.advance(2_000);
    expect((await transport?.closed)?.code).toBe(1013);
  });

  it('for a while only is not closed', async () => {
    const clock = new FakeClock();
    const options = { clock, maxBufferedBytes: 100_000, pingIntervalMs: 0 };
    const { url, transports } = await attached(options);
    const { socket, answers } = await peer(url);
    socket.pause();
    const [transport] = await transports.first(1);
    let sent = 0;
    const overflow = async () => {
      for (;;) {
        await transport?.send({ ...notification(1), params: { text: 'x'.repeat(10_000) } });
        sent += 1;
      }
    };
    await expect(overflow()).rejects.toMatchObject({ code: 'BACK_PRESSURE' });
    socket.resume();
    await answers.first(sent);
    clock.advance(10_000);
    await transport?.send(notification(2));
    await answers.first(sent + 1);
  });
});

describe('compression', () => {
  it('is off unless asked for, and agrees when asked', async () => {
    const off = await attached();
    expect((await peer(off.url, { perMessageDeflate: true })).socket.extensions).toBe('');
    const on = await attached({ compression: { thresholdBytes: 10 } });
    const { socket, send } = await peer(on.url, { perMessageDeflate: true });
    expect(socket.extensions).toBe('permessage-deflate');
    send(ping(1));
    expect((await on.received.first(1))[0]?.message).toEqual(ping(1));
  });
});
