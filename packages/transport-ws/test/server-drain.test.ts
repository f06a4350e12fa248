import { describe, expect, it, vi } from 'vitest';
import type { WebSocketServerTransport } from '../src/server.js';
import { FakeClock } from './fake-clock.js';
import { attached, ping, result } from './server-hosts.js';
import { connected, served } from './server-mcp.js';
import { peer, slowProxy } from './server-peers.js';

// Megabytes take their time on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const MIB = 1024 * 1024;
const VOUCHES = 'going away; what has no answer has not run';

const connectedPeer = async (options: Parameters<typeof attached>[0]) => {
  const server = await attached(options);
  const client = await peer(server.url);
  const [transport] = (await server.transports.first(1)) as [WebSocketServerTransport];
  return { ...server, client, transport };
};

const cancelled = (requestId: number | string) => ({
  jsonrpc: '2.0',
  method: 'notifications/cancelled',
  params: { requestId },
});

/** Answers requests until megabytes wait for a client that does not read. */
async function leaveUnread({
  client,
  transport,
  received,
}: Awaited<ReturnType<typeof connectedPeer>>) {
  const ids = [1, 2, 3, 4, 5, 6, 7, 8];
  for (const id of ids) client.send(ping(id));
  await received.first(ids.length);
  client.socket.pause();
  for (const id of ids) await transport.send(result(id, { text: 'x'.repeat(3 * MIB) }));
  // What the kernel takes in this turn, it has taken.
  await new Promise((resolve) => setImmediate(resolve));
  expect(transport.bufferedAmount).toBeGreaterThan(0);
  return ids;
}

describe('what has been answered and not yet read', () => {
  const unread = { maxBufferedBytes: 64 * MIB, pingIntervalMs: 0 };

  it('is waited for by a drain', async () => {
    const clock = new FakeClock();
    const server = await connectedPeer({ ...unread, clock });
    const ids = await leaveUnread(server);
    const drained = server.attachment.drain();
    await new Promise((resolve) => setImmediate(resolve));
    // Longer than anybody waits for an answer to a close frame.
    clock.advance(20_000);
    server.client.socket.resume();
    for (const id of ids)
      expect((await server.client.answer(id)).result.text).toHaveLength(3 * MIB);
    expect(await server.client.closed).toEqual({ code: 1001, reason: VOUCHES });
    await drained;
  });

  it('is waited for no longer than drainTimeoutMs, and then vouched for by nobody', async () => {
    const clock = new FakeClock();
    const server = await connectedPeer({ ...unread, clock });
    await leaveUnread(server);
    const drained = server.transport.drain();
    clock.advance(30_000);
    // The close frame does not get through.
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(2_000);
    await drained;
    expect((await server.transport.closed).reason).not.toBe(VOUCHES);
  });

  it('is vouched for by nobody when the server closes at once', async () => {
    const clock = new FakeClock();
    const server = await connectedPeer({ ...unread, clock });
    await leaveUnread(server);
    const closed = server.attachment.close();
    clock.advance(2_000);
    await closed;
    expect((await server.transport.closed).reason).not.toBe(VOUCHES);
  });

  it('crosses a slow link in whole, with the drain of serveWebSocket', async () => {
    const clock = new FakeClock();
    const { handle, calls } = await served({ clock, maxMessageBytes: 4 * MIB });
    const link = await slowProxy(handle.port, clock, 640 * 1024);
    const client = await connected(`ws://127.0.0.1:${link.port}/mcp`);
    const bytes = 4_000_000;
    const big = [1, 2, 3, 4].map(() => client.callTool({ name: 'big', arguments: { bytes } }));
    const behind = client.callTool({ name: 'echo', arguments: { text: 'behind' } });
    await calls.first(1);
    const drained = handle.drain();
    for (const { content } of (await Promise.all(big)) as { content: { text: string }[] }[]) {
      expect(content[0]?.text).toHaveLength(bytes);
    }
    await behind;
    await drained;
  });
});

describe('a 1001 does not vouch', () => {
  it('while a cancelled request has no answer: its handler may have started', async () => {
    const { client, attachment, received } = await connectedPeer({});
    client.send(ping(1));
    client.send(cancelled(1));
    await received.first(2);
    await attachment.drain();
    expect(await client.closed).toEqual({ code: 1001, reason: 'draining' });
  });

  it('while a subscription has none', async () => {
    const { client, attachment, received } = await connectedPeer({});
    client.send({ ...ping('s'), method: 'subscriptions/listen' });
    await received.first(1);
    await attachment.drain();
    expect(await client.closed).toEqual({ code: 1001, reason: 'draining' });
  });

  it('but does again once the cancelled one has its answer, or has long been over', async () => {
    const clock = new FakeClock();
    const first = await connectedPeer({ clock });
    first.client.send(ping(1));
    first.client.send(cancelled(1));
    await first.received.first(2);
    await first.transport.send(result(1));
    await first.attachment.drain();
    expect((await first.client.closed).reason).toBe(VOUCHES);
    const second = await connectedPeer({ clock, pingIntervalMs: 0 });
    second.client.send(ping(1));
    second.client.send(cancelled(1));
    await second.received.first(2);
    clock.advance(10_000);
    await second.attachment.drain();
    expect((await second.client.closed).reason).toBe(VOUCHES);
  });
});

it('an ondrain that closes without a code has said its goodbye: what it sent arrives first', async () => {
  const { client, transport, received } = await connectedPeer({});
  client.send({ ...ping('s'), method: 'subscriptions/listen' });
  await received.first(1);
  transport.ondrain = async () => {
    await transport.send(result('s'));
    await transport.close();
  };
  await transport.drain();
  expect(await client.answer('s')).toMatchObject({ result: {} });
  expect(await client.closed).toEqual({ code: 1001, reason: VOUCHES });
});
