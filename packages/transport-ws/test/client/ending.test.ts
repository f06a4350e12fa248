import { spawn } from 'node:child_process';
import { getEventListeners, once } from 'node:events';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  type CloseRule,
  defaultCloseCodes,
  type WebSocketClientTransportOptions,
} from '../../src/index.js';
import { FakeClock } from '../fake-clock.js';
import { acceptUpgrade, frame, rawPeer, readHeaders, tcpPeer, wsPeer } from '../servers.js';
import { connected, ping, rejection, watched } from './watched.js';

const never = new Promise<never>(() => {});

/** Every place in which a dial may be found; `reached` resolves when it is there. */
const stages = {
  'before start': async () => ({ url: 'ws://127.0.0.1:1/mcp', reached: undefined, options: {} }),
  'in the guard': async () => {
    const at = gate();
    const guard = {
      check: () => {
        at.open();
        return never;
      },
    };
    return { url: 'ws://127.0.0.1:1/mcp', reached: at.opened, options: { guard } };
  },
  'in the headers': async () => {
    const at = gate();
    const headers = () => {
      at.open();
      return never;
    };
    return { url: 'ws://127.0.0.1:1/mcp', reached: at.opened, options: { headers } };
  },
  'in TCP, or in wait for the answer': async () => {
    const peer = await tcpPeer();
    return { url: peer.url, reached: peer.sockets.first(1), options: {} };
  },
  'in TLS': async () => {
    const peer = await tcpPeer();
    const url = peer.url.replace('ws:', 'wss:');
    return { url, reached: peer.sockets.first(1), options: {} };
  },
  'in the second dial of a fallback': async () => {
    const at = gate();
    let dials = 0;
    const peer = await tcpPeer((socket) =>
      socket.once('data', (chunk) => {
        dials += 1;
        // The second dial gets no answer.
        if (dials === 1) socket.write(acceptUpgrade(readHeaders(chunk.toString())));
        else at.open();
      }),
    );
    return { url: peer.url, reached: at.opened, options: { subprotocolFallback: true } };
  },
} satisfies Record<
  string,
  () => Promise<{
    url: string;
    reached: Promise<unknown> | undefined;
    options: WebSocketClientTransportOptions;
  }>
>;

function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

describe('an abort', () => {
  it.each(Object.keys(stages) as (keyof typeof stages)[])('%s ends the dial', async (stage) => {
    const { url, reached, options } = await stages[stage]();
    const clock = new FakeClock();
    const control = new AbortController();
    const reason = new Error('changed my mind');
    const { transport, closes, events } = watched(url, {
      ...options,
      clock,
      signal: control.signal,
    });
    if (reached === undefined) control.abort(reason);
    const started = rejection(transport.start());
    if (reached !== undefined) {
      await reached;
      control.abort(reason);
    }
    expect(await started).toBe(reason);
    expect(await transport.closed).toMatchObject({ code: 1006, error: reason });
    expect(closes.length).toBe(1);
    expect(events.items.map(({ type }) => type)).toEqual(['ws.dial', 'ws.refused']);
    expect(events.items[1]).toMatchObject({ error: 'ABORTED' });
    expect(clock.timers).toBe(0);
    expect(getEventListeners(control.signal, 'abort')).toHaveLength(0);
  });

  it('after the connection is open changes nothing', async () => {
    const peer = await wsPeer();
    const control = new AbortController();
    const { transport } = await connected(peer.url, { signal: control.signal });
    expect(getEventListeners(control.signal, 'abort')).toHaveLength(0);
    control.abort();
    await transport.send(ping);
    expect(await peer.messages.first(1)).toHaveLength(1);
  });

  it('drops the TCP connection that was waiting', async () => {
    const peer = await tcpPeer();
    const control = new AbortController();
    const { transport } = watched(peer.url, { signal: control.signal });
    const started = rejection(transport.start());
    const [socket] = await peer.sockets.first(1);
    const gone = once(socket as NonNullable<typeof socket>, 'close');
    control.abort();
    expect(await started).toMatchObject({ name: 'AbortError' });
    await gone;
  });
});

describe('close()', () => {
  it.each(Object.keys(stages) as (keyof typeof stages)[])('%s ends the dial', async (stage) => {
    const { url, reached, options } = await stages[stage]();
    const clock = new FakeClock();
    const { transport, closes } = watched(url, { ...options, clock });
    if (reached !== undefined) {
      const started = rejection(transport.start());
      await reached;
      await transport.close();
      expect(await started).toMatchObject({ code: 'CLOSED', delivery: 'not-sent' });
    } else {
      await transport.close();
      expect(await rejection(transport.start())).toMatchObject({ code: 'CLOSED' });
    }
    expect(await transport.closed).toEqual({ code: 1000, reason: '', redial: true });
    expect(closes.length).toBe(1);
    expect(clock.timers).toBe(0);
  });

  it('between two steps of a dial lets none follow', async () => {
    const peer = await wsPeer();
    const { transport, closes } = watched(peer.url, {
      headers: async () => {
        queueMicrotask(() => queueMicrotask(() => void transport.close()));
        return {};
      },
    });
    await rejection(transport.start());
    await transport.closed;
    await new Promise(setImmediate);
    expect(closes.length).toBe(1);
    expect(peer.upgrades.length).toBe(0);
  });

  it('of an open connection says 1000, and resolves when it has ended', async () => {
    const peer = await wsPeer();
    const { transport, closes, errors } = await connected(peer.url);
    const [socket] = await peer.sockets.first(1);
    const code = new Promise((resolve) => socket?.on('close', resolve));
    await transport.close();
    expect(closes.length).toBe(1);
    expect(await code).toBe(1000);
    expect(await transport.closed).toEqual({ code: 1000, reason: '', redial: true });
    expect(errors.length).toBe(0);
  });

  it('twice, at once or later, fires onclose once', async () => {
    const peer = await wsPeer();
    const { transport, closes } = await connected(peer.url);
    await Promise.all([transport.close(), transport.close()]);
    await transport.close();
    expect(closes.length).toBe(1);
  });

  it('lets what was sent before it arrive', async () => {
    const peer = await wsPeer();
    const { transport } = await connected(peer.url);
    const big = { ...ping, params: { text: 'x'.repeat(3_000_000) } };
    void transport.send(big);
    void transport.send(ping);
    await transport.close();
    expect(peer.messages.items).toEqual([JSON.stringify(big), JSON.stringify(ping)]);
  });

  it('hands nothing over any more', async () => {
    const peer = await wsPeer();
    const { transport, messages } = await connected(peer.url);
    const [socket] = await peer.sockets.first(1);
    const closing = transport.close();
    socket?.send(JSON.stringify(ping));
    await closing;
    expect(messages.length).toBe(0);
  });

  it('drops a peer that does not answer it within 2 s', async () => {
    const clock = new FakeClock();
    const peer = await rawPeer();
    const { transport, closes } = await connected(peer.url, { clock });
    const closing = transport.close();
    clock.advance(1_999);
    await new Promise(setImmediate);
    expect(closes.length).toBe(0);
    clock.advance(1);
    await closing;
    expect(await transport.closed).toMatchObject({ code: 1000 });
    expect(clock.timers).toBe(0);
  });

  it('of an onclose that throws is reported and done', async () => {
    const peer = await wsPeer();
    const { transport, errors } = await connected(peer.url);
    transport.onclose = () => {
      throw new Error('of onclose');
    };
    await transport.close();
    expect(errors.items).toMatchObject([{ message: 'of onclose' }]);
  });

  it('from within onmessage and onclose is fine', async () => {
    const peer = await rawPeer((socket) => socket.write(frame(ping)));
    const { transport } = watched(peer.url);
    let closes = 0;
    transport.onmessage = () => void transport.close();
    transport.onclose = () => {
      closes += 1;
      void transport.close();
    };
    await transport.start();
    const [socket] = await peer.sockets.first(1);
    socket?.write(frame(Buffer.from([0x03, 0xe8]), { opcode: 8 }));
    expect(await transport.closed).toMatchObject({ code: 1000 });
    expect(closes).toBe(1);
  });
});

describe('after close', () => {
  it('no socket, timer or listener is left', async () => {
    const peer = await wsPeer();
    const clock = new FakeClock();
    const control = new AbortController();
    const open = () =>
      process.getActiveResourcesInfo().filter((name) => name.startsWith('TCPSocket')).length;
    const before = open();
    const { transport } = await connected(peer.url, {
      clock,
      signal: control.signal,
      idleTimeoutMs: 1_000,
    });
    const [socket] = await peer.sockets.first(1);
    const gone = new Promise((resolve) => socket?.on('close', resolve));
    expect(clock.timers).toBe(2);
    expect(open()).toBeGreaterThan(before);
    await Promise.all([transport.close(), gone]);
    await new Promise(setImmediate);
    expect(open()).toBe(before);
    expect(clock.timers).toBe(0);
    expect(getEventListeners(control.signal, 'abort')).toHaveLength(0);
  });

  it.each(['closed', 'refused', 'aborted'])('a program ends by itself (%s)', async (how) => {
    const peer = await wsPeer({ verifyClient: () => how !== 'refused' });
    const silent = await tcpPeer();
    const outfile = fileURLToPath(new URL(`.program-${how}.mjs`, import.meta.url));
    onTestFinished(() => rmSync(outfile, { force: true }));
    await build({
      stdin: {
        contents: `
          import { WebSocketClientTransport } from '../../src/index.js';
          const [how, url] = process.argv.slice(2);
          const control = new AbortController();
          const transport = new WebSocketClientTransport(url, { signal: control.signal });
          const started = transport.start().catch(() => {});
          if (how === 'aborted') control.abort();
          await started;
          if (how === 'closed') await transport.close();
          for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
          console.log(JSON.stringify(process.getActiveResourcesInfo().filter((name) => /TCP|Timeout|TLS/.test(name))));
        `,
        resolveDir: fileURLToPath(new URL('.', import.meta.url)),
        loader: 'ts',
      },
      bundle: true,
      packages: 'external',
      platform: 'node',
      format: 'esm',
      outfile,
    });
    const url = how === 'aborted' ? silent.url : peer.url;
    const program = spawn(process.execPath, [outfile, how, url], { stdio: ['ignore', 'pipe', 2] });
    let said = '';
    program.stdout?.on('data', (chunk) => {
      said += chunk;
    });
    const [code] = await once(program, 'close');
    expect([code, said.trim()]).toEqual([0, '[]']);
  });
});

describe('a close of the peer', () => {
  it('is told with its code and reason', async () => {
    const peer = await wsPeer();
    const { transport, closes, errors } = await connected(peer.url);
    const [socket] = await peer.sockets.first(1);
    socket?.close(1012, 'restarting');
    const closed = await transport.closed;
    expect(closed).toMatchObject({ code: 1012, reason: 'restarting', redial: true });
    expect(closed.error).toMatchObject({
      name: 'ConnectionError',
      code: 'CONNECTION_LOST',
      closeCode: 1012,
      delivery: 'unknown',
    });
    expect(errors.items).toEqual([closed.error]);
    expect(closes.length).toBe(1);
  });

  it.each([1000, 1001, undefined])('with %s is no error', async (code) => {
    const peer = await wsPeer();
    const { transport, errors } = await connected(peer.url);
    peer.sockets.items[0]?.close(code);
    const closed = await transport.closed;
    expect(closed).toEqual({ code: code ?? 1005, reason: '', redial: true });
    expect(errors.length).toBe(0);
  });

  it('without a close frame is 1006', async () => {
    const peer = await wsPeer();
    const { transport } = await connected(peer.url);
    peer.sockets.items[0]?.terminate();
    expect(await transport.closed).toMatchObject({ code: 1006, redial: true });
  });

  it('with 1013 asks to be left alone for a while', async () => {
    const peer = await wsPeer();
    const { transport } = await connected(peer.url);
    peer.sockets.items[0]?.close(1013);
    expect(await transport.closed).toMatchObject({
      redial: true,
      retryAfterMs: 5_000,
      error: { retryAfterMs: 5_000 },
    });
  });

  it('is followed by the close of this side, and by nothing', async () => {
    const peer = await wsPeer();
    const { transport, closes } = await connected(peer.url);
    peer.sockets.items[0]?.close(1001);
    await transport.closed;
    await transport.close();
    expect(closes.length).toBe(1);
  });
});

describe('the table of close codes', () => {
  const table: [number, boolean][] = [
    [1000, true],
    [1001, true],
    [1002, false],
    [1003, false],
    [1005, true],
    [1006, true],
    [1007, false],
    [1008, false],
    [1009, false],
    [1010, false],
    [1011, true],
    [1012, true],
    [1013, true],
    [1014, true],
    [1015, false],
  ];

  it('is the one of the binding', () => {
    expect(Object.entries(defaultCloseCodes).map(([code, { redial }]) => [+code, redial])).toEqual(
      table,
    );
  });

  /** What a transport makes of a close with this code. */
  async function closedWith(code: number, closeCodes?: Readonly<Record<number, CloseRule>>) {
    const peer = await rawPeer();
    const { transport } = await connected(peer.url, { closeCodes });
    const [socket] = await peer.sockets.first(1);
    const payload = Buffer.alloc(2);
    payload.writeUInt16BE(code);
    socket?.end(frame(payload, { opcode: 8 }));
    return transport.closed;
  }

  const legal = fc.oneof(
    fc.constantFrom(1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014),
    fc.integer({ min: 3000, max: 4999 }),
  );

  it('decides what every code means', async () => {
    await fc.assert(
      fc.asyncProperty(legal, async (code) => {
        const { redial, error } = await closedWith(code);
        expect(redial).toBe(defaultCloseCodes[code]?.redial ?? false);
        expect((error as { retryable?: boolean } | undefined)?.retryable).toBe(
          redial ? undefined : false,
        );
      }),
      { numRuns: 30 },
    );
  });

  it('gives way to the option', async () => {
    await fc.assert(
      fc.asyncProperty(
        legal,
        fc.record({ redial: fc.boolean(), retryAfterMs: fc.nat(10_000) }),
        async (code, rule) => {
          expect(await closedWith(code, { [code]: rule })).toMatchObject({ code, ...rule });
        },
      ),
      { numRuns: 30 },
    );
  });

  it('keeps its other rows where the option changes one', async () => {
    const closeCodes = { 4001: { redial: true } };
    expect(await closedWith(4001, closeCodes)).toMatchObject({ redial: true });
    expect(await closedWith(1012, closeCodes)).toMatchObject({ redial: true });
    expect(await closedWith(1008, closeCodes)).toMatchObject({ redial: false });
  });
});

describe('a breach of the protocol', () => {
  it('while this side is closing is not reported, and leaves no timer', async () => {
    const clock = new FakeClock();
    const peer = await rawPeer((socket) => {
      socket.on('data', () => {
        // A reserved opcode, in answer to the close frame.
        socket.write(Buffer.from([0x83, 0x00]));
        setImmediate(() => socket.destroy());
      });
    });
    const { transport, errors } = await connected(peer.url, { clock });
    await transport.close();
    expect(await transport.closed).toMatchObject({ code: 1000 });
    expect(errors.items).toEqual([]);
    expect(clock.timers).toBe(0);
  });
});
