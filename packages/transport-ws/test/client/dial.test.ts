import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../fake-clock.js';
import { frame, rawPeer, refusingPeer, tcpPeer, wsPeer } from '../servers.js';
import { connected, ping, rejection, watched } from './watched.js';

describe('a dial', () => {
  it('offers exactly mcp, and carries messages both ways', async () => {
    const peer = await wsPeer();
    const { transport, messages } = await connected(peer.url);
    expect((await peer.upgrades.first(1))[0]).toMatchObject({
      'sec-websocket-protocol': 'mcp',
      'sec-websocket-version': '13',
    });
    expect(peer.upgrades.items[0]?.['sec-websocket-extensions']).toBeUndefined();
    await transport.send(ping);
    expect(await peer.messages.first(1)).toEqual([JSON.stringify(ping)]);
    peer.sockets.items[0]?.send('{"jsonrpc":"2.0","id":1,"result":{"x-unknown":1}}');
    expect(await messages.first(1)).toEqual([
      { jsonrpc: '2.0', id: 1, result: { 'x-unknown': 1 } },
    ]);
  });

  it('loses no message that comes with the handshake', async () => {
    const peer = await rawPeer((socket) => socket.write(frame(ping)));
    const { messages } = await connected(peer.url);
    expect(await messages.first(1)).toEqual([ping]);
  });

  it('refuses a second start', async () => {
    const peer = await wsPeer();
    const { transport } = await connected(peer.url);
    expect(await rejection(transport.start())).toMatchObject({
      code: 'ALREADY_STARTED',
      delivery: 'not-sent',
    });
    expect(peer.sockets.length).toBe(1);
  });

  it('that nobody listens to is not-sent and may be tried again', async () => {
    const { port, sockets } = await tcpPeer((socket) => socket.destroy());
    const { transport, closes } = watched(`ws://127.0.0.1:${port}/mcp`);
    const error = await rejection(transport.start());
    expect(error).toMatchObject({
      name: 'ConnectionError',
      code: 'DIAL_FAILED',
      delivery: 'not-sent',
    });
    expect(error.retryable).toBeUndefined();
    expect(sockets.length).toBe(1);
    expect(await transport.closed).toMatchObject({ code: 1006, redial: true, error });
    expect(closes.length).toBe(1);
  });

  it('gives up a peer that accepts and never answers', async () => {
    const clock = new FakeClock();
    const peer = await tcpPeer();
    const { transport, closes } = watched(peer.url, { clock, handshakeTimeoutMs: 500 });
    const started = rejection(transport.start());
    const [socket] = await peer.sockets.first(1);
    clock.advance(499);
    expect(closes.length).toBe(0);
    clock.advance(1);
    expect(await started).toMatchObject({
      name: 'ConnectionError',
      code: 'DIAL_TIMEOUT',
      delivery: 'not-sent',
    });
    if (!socket?.destroyed) await once(socket as NonNullable<typeof socket>, 'close');
    expect(clock.timers).toBe(0);
  });

  it.each(['guard', 'headers'])('counts a slow %s into its time', async (slow) => {
    const clock = new FakeClock();
    const never = new Promise<never>(() => {});
    const { transport } = watched('ws://127.0.0.1:1/mcp', {
      clock,
      handshakeTimeoutMs: 50,
      ...(slow === 'guard' ? { guard: { check: () => never } } : { headers: () => never }),
    });
    const started = rejection(transport.start());
    clock.advance(50);
    expect(await started).toMatchObject({ code: 'DIAL_TIMEOUT' });
    expect(clock.timers).toBe(0);
  });

  it('keeps path and query', async () => {
    const requests: string[] = [];
    const peer = await wsPeer({
      path: '/a/b',
      verifyClient: ({ req }: { req: { url?: string } }) => requests.push(req.url ?? '') > 0,
    });
    await connected(peer.url.replace('/mcp', '/a/b?x=1'));
    expect(requests).toEqual(['/a/b?x=1']);
  });
});

describe('a refused upgrade', () => {
  it.each([
    [400, false],
    [401, false],
    [403, false],
    [404, false],
    [408, undefined],
    [421, false],
    [425, undefined],
    [426, false],
    [429, undefined],
    [500, undefined],
    [502, undefined],
    [503, undefined],
    [504, undefined],
  ])('with %i has retryable %s', async (status, retryable) => {
    const { url } = await refusingPeer(status);
    const { transport, events } = watched(url);
    const error = await rejection(transport.start());
    expect(error).toMatchObject({ code: 'UPGRADE_REFUSED', status, delivery: 'not-sent' });
    expect(error.retryable).toBe(retryable);
    expect(error.retryAfterMs).toBeUndefined();
    expect(await transport.closed).toMatchObject({ code: 1006, redial: retryable !== false });
    expect(events.items.at(-1)).toMatchObject({ type: 'ws.refused', status });
  });

  it('tells the seconds of Retry-After', async () => {
    const { url } = await refusingPeer(503, { 'retry-after': '7' });
    const { transport } = watched(url);
    expect(await rejection(transport.start())).toMatchObject({ retryAfterMs: 7_000 });
    expect(await transport.closed).toMatchObject({ redial: true, retryAfterMs: 7_000 });
  });

  it('tells how long it is to the date of Retry-After', async () => {
    const date = new Date(Date.now() + 3_600_000).toUTCString();
    const { url } = await refusingPeer(429, { 'retry-after': date });
    const { retryAfterMs } = await rejection(watched(url).transport.start());
    expect(retryAfterMs).toBeGreaterThan(3_000_000);
    expect(retryAfterMs).toBeLessThanOrEqual(3_600_000);
  });

  it.each(['9000000000', 'Fri, 31 Dec 9999 23:59:59 GMT'])(
    'takes a Retry-After of %s for as long as a timer can wait',
    async (value) => {
      const { url } = await refusingPeer(503, { 'retry-after': value });
      expect((await rejection(watched(url).transport.start())).retryAfterMs).toBe(2 ** 31 - 1);
    },
  );

  it.each(['soon', '-1', '1.5', '', '99999999999999999999999999'])(
    'ignores a Retry-After of "%s"',
    async (value) => {
      const { url } = await refusingPeer(503, { 'retry-after': value });
      expect((await rejection(watched(url).transport.start())).retryAfterMs).toBeUndefined();
    },
  );

  it.each([301, 302, 307, 308])('is what a redirect with %i is', async (status) => {
    const target = await wsPeer();
    const { url, requests } = await refusingPeer(status, { location: target.url });
    const { transport } = watched(url, { headers: { authorization: 'Bearer secret' } });
    expect(await rejection(transport.start())).toMatchObject({ status, retryable: false });
    expect(requests.length).toBe(1);
    expect(target.upgrades.length).toBe(0);
  });
});

describe('subprotocols', () => {
  it('are agreed on from the list', async () => {
    const peer = await wsPeer({ handleProtocols: () => 'mcp.v2' });
    const { events } = await connected(peer.url, { subprotocols: ['mcp', 'mcp.v2'] });
    expect(peer.upgrades.items[0]).toMatchObject({ 'sec-websocket-protocol': 'mcp,mcp.v2' });
    expect(events.items[1]).toMatchObject({ type: 'ws.open', protocol: 'mcp.v2' });
  });

  it('that the server does not echo fail the dial for good', async () => {
    const peer = await wsPeer({ handleProtocols: () => false });
    const { transport } = watched(peer.url);
    expect(await rejection(transport.start())).toMatchObject({
      name: 'ConnectionError',
      code: 'SUBPROTOCOL',
      delivery: 'not-sent',
      retryable: false,
    });
    expect(peer.upgrades.length).toBe(1);
  });

  it('are left out in one more dial, where that is asked for', async () => {
    const peer = await wsPeer({ handleProtocols: () => false });
    const { transport, events } = await connected(peer.url, { subprotocolFallback: true });
    expect(peer.upgrades.length).toBe(2);
    expect(peer.upgrades.items[1]).not.toHaveProperty('sec-websocket-protocol');
    expect(events.items.map(({ type }) => type)).toEqual(['ws.dial', 'ws.open']);
    await transport.send(ping);
    expect(await peer.messages.first(1)).toEqual([JSON.stringify(ping)]);
  });

  it('are not left out after a refusal of another kind', async () => {
    const { url, requests } = await refusingPeer(403);
    const { transport } = watched(url, { subprotocolFallback: true });
    expect(await rejection(transport.start())).toMatchObject({ status: 403 });
    expect(requests.length).toBe(1);
  });

  it('are not offered at all with []', async () => {
    const peer = await wsPeer();
    await connected(peer.url, { subprotocols: [] });
    expect(peer.upgrades.items[0]).not.toHaveProperty('sec-websocket-protocol');
  });

  it('are agreed on with a server that forces mcp', async () => {
    const peer = await rawPeer(undefined, { protocol: 'mcp' });
    await connected(peer.url);
    expect(peer.sockets.length).toBe(1);
  });

  it.each([
    { subprotocols: [] },
    { subprotocols: ['mcp'] },
    { subprotocols: ['mcp'], subprotocolFallback: true },
  ])('that were never offered fail the dial for good: %o', async (options) => {
    const peer = await rawPeer(undefined, { protocol: 'surprise' });
    const { transport } = watched(peer.url, options);
    expect(await rejection(transport.start())).toMatchObject({
      code: 'SUBPROTOCOL',
      retryable: false,
    });
  });

  it('that carry a token stand in no event, even where the server echoes it', async () => {
    const peer = await wsPeer({ handleProtocols: (offered) => [...offered][1] ?? false });
    const { events } = await connected(peer.url, { subprotocols: ['mcp', 'mcp.auth.s3cret'] });
    expect(events.items[1]).toMatchObject({ type: 'ws.open', protocol: 'mcp.auth.…' });
    expect(JSON.stringify(events.items)).not.toContain('s3cret');
  });
});
