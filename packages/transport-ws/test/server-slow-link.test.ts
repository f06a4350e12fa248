import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { attachWebSocket, type WebSocketServerTransport } from '../src/server.js';
import { FakeClock } from './fake-clock.js';
import { Log } from './log.js';
import { valve } from './valve.js';

const MiB = 1024 * 1024;
const text = 'x'.repeat(32 * MiB);

/** A client of the `ws` package, which never pings, behind a link that is held. */
async function slowDown() {
  const clock = new FakeClock();
  const http = createServer();
  const transports = new Log<WebSocketServerTransport>();
  const limits = { maxMessageBytes: 64 * MiB, maxBufferedBytes: 64 * MiB };
  const attachment = attachWebSocket(http, { ...limits, clock }, (transport) => {
    transports.push(transport);
    return transport.start();
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const link = await valve((http.address() as AddressInfo).port, 'down');
  const socket = new WebSocket(link.url, 'mcp');
  const messages = new Log<number>();
  socket.on('message', (data: Buffer) => messages.push(data.length));
  socket.on('error', () => {});
  onTestFinished(async () => {
    socket.terminate();
    await attachment.close();
    http.close();
  });
  const [transport] = await transports.first(1);
  await new Promise((resolve) => socket.once('open', resolve));
  link.hold();
  return { clock, link, socket, messages, transport: transport as WebSocketServerTransport };
}

it('a client that downloads slowly and never pings is alive', async () => {
  const { clock, link, messages, transport } = await slowDown();
  let ended = false;
  void transport.closed.then(() => {
    ended = true;
  });
  await transport.send({ jsonrpc: '2.0', id: 1, result: { text } });
  clock.advance(20_000);
  for (let step = 0; step < 15; step += 1) {
    await link.pass(2 * MiB);
    clock.advance(2_000);
    await new Promise(setImmediate);
  }
  link.release();
  expect(await messages.first(1)).toHaveLength(1);
  expect(ended).toBe(false);
});

it('an answer that was sent before the close arrives, however slowly', async () => {
  const { clock, link, socket, messages, transport } = await slowDown();
  await transport.send({ jsonrpc: '2.0', id: 1, result: { text } });
  const code = new Promise((resolve) => socket.once('close', resolve));
  const closing = transport.close();
  for (let step = 0; step < 15; step += 1) {
    await link.pass(2 * MiB);
    clock.advance(2_000);
  }
  link.release();
  await closing;
  expect(await code).toBe(1000);
  expect(messages.length).toBe(1);
  expect(await transport.closed).toMatchObject({ code: 1000 });
});

it('a client that stops reading is given up, and that is no clean end', async () => {
  const { clock, transport } = await slowDown();
  await transport.send({ jsonrpc: '2.0', id: 1, result: { text } });
  const closing = transport.close();
  for (let second = 0; second < 21; second += 1) clock.advance(1_000);
  await closing;
  const { code, reason } = await transport.closed;
  expect(code).toBe(1006);
  expect(reason).toMatch(/^the peer neither read nor closed, \d+ bytes were never sent$/);
});
