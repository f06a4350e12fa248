import { Client } from '@modelcontextprotocol/client';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import {
  type ClientTransportEvent,
  type JsonRpcMessage,
  WebSocketClientTransport,
  type WebSocketClientTransportOptions,
} from '../../src/browser.js';
import { Log } from '../log.js';

// Chromium's own WebSocket, through the browser's entry of this package.

const at = (path: string) => `${inject('transportWsPeers')}${path}`;

function watched(path: string, options: WebSocketClientTransportOptions = {}) {
  const messages = new Log<JsonRpcMessage>();
  const errors = new Log<Error>();
  const events = new Log<ClientTransportEvent>();
  const transport = new WebSocketClientTransport(at(path), { observer: events.push, ...options });
  let closes = 0;
  Object.assign(transport, {
    onmessage: messages.push,
    onerror: errors.push,
    onclose: () => {
      closes += 1;
    },
  });
  onTestFinished(() => void transport.close());
  return { transport, messages, errors, events, closes: () => closes };
}

async function connected(path: string, options?: WebSocketClientTransportOptions) {
  const watching = watched(path, options);
  await watching.transport.start();
  return watching;
}

const request = (method: string, params: { [key: string]: unknown } = {}) => ({
  jsonrpc: '2.0',
  id: 1,
  method,
  params,
});

/** What the server saw of a connection's end; asks until it has seen it. */
async function closeOf(name: string): Promise<number> {
  const { transport, messages } = await connected('/scripted?asking');
  for (let asked = 1; ; asked += 1) {
    await transport.send(request('close-of', { name }));
    const answer = (await messages.first(asked)).at(-1) as { result: { code?: number } };
    if (answer.result.code !== undefined) return answer.result.code;
  }
}

describe('in Chromium', () => {
  it.each(['auto', 'legacy'] as const)(
    'the Client of SDK v2 connects and calls (%s)',
    async (mode) => {
      const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } });
      await client.connect(new WebSocketClientTransport(at('/official')));
      const answers = await Promise.all(
        ['a', 'b', 'c'].map((text) => client.callTool({ name: 'echo', arguments: { text } })),
      );
      expect(answers.map(({ content }) => content)).toMatchObject(
        ['a', 'b', 'c'].map((text) => [{ text }]),
      );
      await client.close();
    },
  );

  it('three progress notifications and the response in one segment are all seen', async () => {
    const client = new Client({ name: 'test', version: '1' });
    await client.connect(new WebSocketClientTransport(at('/chatter')));
    const seen: number[] = [];
    await client.callTool(
      { name: 'any' },
      { onprogress: ({ progress }) => void seen.push(progress) },
    );
    expect(seen).toEqual([1, 2, 3]);
    await client.close();
  });

  it('a message of 1 MiB passes both ways, counted in UTF-8', async () => {
    const { transport, messages, events } = await connected('/scripted');
    const message = request('size', { text: '€'.repeat(349_525) });
    const bytes = new TextEncoder().encode(JSON.stringify(message)).length;
    await transport.send(message);
    expect(await messages.first(1)).toEqual([{ jsonrpc: '2.0', id: 1, result: { bytes } }]);
    expect(events.items.find(({ type }) => type === 'ws.message.sent')).toMatchObject({ bytes });
    await transport.send(request('big', { length: 1_048_576 }));
    expect((await messages.first(2))[1]).toHaveProperty('result.text.length', 1_048_576);
  });

  it('a message of 5 MiB is not sent', async () => {
    const { transport } = await connected('/scripted');
    await expect(
      transport.send(request('size', { text: 'x'.repeat(5_242_880) })),
    ).rejects.toMatchObject({ code: 'MESSAGE_TOO_BIG', delivery: 'not-sent' });
  });

  it('a message of 5 MiB ends the connection: 1009 here, 4009 on the wire', async () => {
    const { transport, messages } = await connected('/scripted?too-big');
    await transport.send(request('big', { length: 5_242_880 }));
    expect(await transport.closed).toMatchObject({ code: 1009, redial: false });
    expect(messages.length).toBe(0);
    expect(await closeOf('?too-big')).toBe(4009);
  });

  it('a binary frame ends the connection: 1003 here, 4003 on the wire', async () => {
    const { transport } = await connected('/scripted?binary');
    await transport.send(request('binary'));
    expect(await transport.closed).toMatchObject({ code: 1003, redial: false });
    expect(await closeOf('?binary')).toBe(4003);
  });

  it('a malformed message is reported, and the connection lives on', async () => {
    const { transport, messages, errors } = await connected('/scripted');
    await transport.send(request('malformed'));
    await transport.send(request('size'));
    await messages.first(1);
    expect(errors.items).toMatchObject([{ code: 'INVALID_MESSAGE' }]);
  });

  it('a connection that the server kills is lost, once', async () => {
    const { transport, closes, errors } = await connected('/scripted');
    await transport.send(request('kill'));
    expect(await transport.closed).toMatchObject({ code: 1006, redial: true });
    expect(closes()).toBe(1);
    expect(errors.items).toMatchObject([{ code: 'CONNECTION_LOST', closeCode: 1006 }]);
  });

  it('a close is told with its code and reason', async () => {
    const { transport } = await connected('/scripted');
    await transport.send(request('close', { code: 1012 }));
    expect(await transport.closed).toMatchObject({
      code: 1012,
      reason: 'on request',
      redial: true,
    });
  });

  it('close() says 1000, twice fires onclose once', async () => {
    const { transport, closes } = await connected('/scripted?done');
    await Promise.all([transport.close(), transport.close()]);
    expect(closes()).toBe(1);
    expect(await closeOf('?done')).toBe(1000);
  });

  it('a refused upgrade fails the dial, and says no more', async () => {
    const { transport } = watched('/refused');
    await expect(transport.start()).rejects.toMatchObject({
      name: 'ConnectionError',
      code: 'DIAL_FAILED',
      delivery: 'not-sent',
    });
  });

  it('a server that echoes no subprotocol is refused, unless none is offered', async () => {
    await expect(watched('/no-subprotocol').transport.start()).rejects.toMatchObject({
      delivery: 'not-sent',
    });
    const { transport } = await connected('/no-subprotocol', { subprotocols: [] });
    await transport.close();
  });

  it('a dial can be aborted, and times out', async () => {
    const control = new AbortController();
    const aborted = watched('/never', { signal: control.signal });
    const started = expect(aborted.transport.start()).rejects.toMatchObject({ name: 'AbortError' });
    control.abort();
    await started;
    await expect(
      watched('/never', { handshakeTimeoutMs: 50 }).transport.start(),
    ).rejects.toMatchObject({ code: 'DIAL_TIMEOUT' });
  });

  it.each([
    ['headers', { authorization: 'Bearer s3cret' }],
    ['headers', () => ({})],
    ['tls', { ca: 'PEM' }],
    ['agent', {}],
    ['subprotocolFallback', true],
    ['pingIntervalMs', 20_000],
    ['pongTimeoutMs', 10_000],
    ['compression', true],
    ['compression', false],
  ])('the option %s throws instead of being ignored', (option, value) => {
    const build = () => new WebSocketClientTransport(at('/scripted'), { [option]: value });
    expect(build).toThrow(expect.objectContaining({ name: 'ConfigError', option }));
    expect(build).not.toThrow(/s3cret/);
  });

  it('a guard gives a verdict on the URL', async () => {
    const refusal = new Error('no');
    const refused = watched('/scripted', { guard: { check: () => Promise.reject(refusal) } });
    await expect(refused.transport.start()).rejects.toBe(refusal);
    await connected('/scripted', { guard: { check: async (url) => ({ url }) } });
  });

  it('a guard that names addresses throws: a browser dials by name', async () => {
    const { transport } = watched('/scripted', {
      guard: { check: async (url) => ({ url, addresses: ['127.0.0.1'] }) },
    });
    await expect(transport.start()).rejects.toMatchObject({ name: 'ConfigError', option: 'guard' });
  });

  it('send() refuses to buffer over maxBufferedBytes', async () => {
    const { transport } = await connected('/scripted', { maxBufferedBytes: 1_000_000 });
    const big = request('size', { text: 'x'.repeat(600_000) });
    await transport.send(big);
    await expect(transport.send(big)).rejects.toMatchObject({
      code: 'BACK_PRESSURE',
      delivery: 'not-sent',
    });
  });
});
