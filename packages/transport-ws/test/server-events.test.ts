import { expect, it } from 'vitest';
import { expectErrorShape } from '../../../test/error-shape.js';
import {
  ConfigError,
  isConfigError,
  isTransportError,
  serveWebSocket,
  TransportError,
} from '../src/server.js';
import { FakeClock } from './fake-clock.js';
import { attached, notification, ping, result } from './server-hosts.js';
import { peer, upgrade } from './server-peers.js';

it('events tell a connection’s life, with their time, id and UTF-8 bytes', async () => {
  const clock = new FakeClock();
  const { url, transports, received, events } = await attached({ clock });
  const client = await peer(url);
  const [transport] = await transports.first(1);
  const id = transport?.id;
  clock.sleep(500);
  const request = { ...ping(1), params: { text: 'é€𝄞' } };
  client.send(request);
  await received.first(1);
  const answer = result(1, { text: 'é' });
  await transport?.send(answer);
  await client.answer(1);
  client.socket.close(1000);
  await transport?.closed;
  expect(events.items).toEqual([
    { type: 'ws.accepted', at: 1_000, id, connections: 1 },
    {
      type: 'ws.message.received',
      at: 1_500,
      id,
      bytes: Buffer.byteLength(JSON.stringify(request)),
    },
    { type: 'ws.message.sent', at: 1_500, id, bytes: Buffer.byteLength(JSON.stringify(answer)) },
    { type: 'ws.closed', at: 1_500, id, code: 1000, durationMs: 500 },
  ]);
});

it('events of refusals and drains have no connection', async () => {
  const clock = new FakeClock();
  const { port, attachment, events } = await attached({ clock });
  await upgrade(port, { path: '/nowhere' });
  await attachment.drain();
  expect(events.items).toEqual([
    { type: 'ws.rejected', at: 1_000, status: 404, reason: 'path' },
    { type: 'ws.draining', at: 1_000, connections: 0 },
  ]);
});

it('an observer that throws breaks nothing', async () => {
  const observer = () => {
    throw new Error('observer');
  };
  const { url, received, port } = await attached({ observer });
  expect((await upgrade(port, { path: '/nowhere' })).status).toBe(404);
  const client = await peer(url);
  client.send(notification(1));
  const [first] = await received.first(1);
  await first?.transport.send(result(1));
  await client.answer(1);
});

it('no event and no error quotes a credential', async () => {
  const secret = 'hunter2';
  const { url, port, received, events, errors } = await attached({
    authenticate: () => ({ token: secret, clientId: 'c', scopes: [] }),
  });
  const headers = { Authorization: `Bearer ${secret}`, Cookie: `session=${secret}` };
  const client = await peer(`${url}?ticket=${secret}`, { headers });
  await upgrade(port, { path: `/${secret}`, headers });
  await upgrade(port, { headers: { ...headers, Origin: `https://${secret}.example` } });
  await upgrade(port, { headers: { 'Sec-WebSocket-Protocol': `mcp.auth.${secret}` } });
  client.send(`{"token":"${secret}`);
  client.send({ ...ping(1), params: { secret } });
  await received.first(1);
  client.socket.close();
  await events.find(({ type }) => type === 'ws.closed');
  expect(events.length).toBeGreaterThan(6);
  expect(JSON.stringify(events.items)).not.toContain(secret);
  expect(errors.items.map((error) => `${error.message} ${error.stack}`).join()).not.toContain(
    secret,
  );
});

it('errors keep to the shape of the house', async () => {
  const config = await serveWebSocket(undefined as never).catch((error: unknown) => error);
  expectErrorShape({
    package: '@x/transport-ws',
    error: config,
    name: 'ConfigError',
    type: ConfigError,
    guard: isConfigError,
  });
  const { url, transports } = await attached();
  await peer(url);
  const [transport] = await transports.first(1);
  const error = await transport?.start().catch((fault: unknown) => fault);
  expectErrorShape({
    package: '@x/transport-ws',
    error,
    name: 'TransportError',
    type: TransportError,
    guard: isTransportError,
  });
});
