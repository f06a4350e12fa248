import { describe, expect, it } from 'vitest';
import { ended, FakeClock } from './fake-clock.js';
import {
  clientOf,
  eventually,
  startBlackHole,
  startPlainServer,
  startServer,
  TcpProxy,
  type TestServer,
  textOf,
} from './workshop.js';

const failureOf = (call: Promise<unknown>) => call.catch((error: unknown) => error);

describe('calls that share a connection', () => {
  /** A call that waits, and another that goes wrong beside it. */
  const neighbours = async (
    wrong: (client: ReturnType<typeof clientOf>, server: TestServer, clock: FakeClock) => unknown,
  ) => {
    const clock = new FakeClock();
    const server = await startServer();
    const client = clientOf({ clock, retry: 'simple', transport: { pingIntervalMs: 0 } });
    const neighbour = client.callTool(server.url, 'hold');
    await eventually(() => server.held).toBe(1);
    await wrong(client, server, clock);
    expect(client.stats()).toMatchObject({ connected: 1, busy: 1, retiring: 0 });
    server.release();
    expect(textOf(await neighbour)).toBe('held');
    expect(textOf(await client.callTool(server.url, 'echo', { text: 'hi' }))).toBe('hi');
    expect(server.upgrades).toHaveLength(1);
  };

  it('a deadline ends its own call only', () =>
    neighbours(async (client, server, clock) => {
      const call = failureOf(client.callTool(server.url, 'hold', {}, { timeoutMs: 50_000 }));
      await eventually(() => server.held).toBe(2);
      await clock.advance(50_000);
      expect(await call).toMatchObject({ name: 'TimeoutError', delivery: 'unknown' });
    }));

  it('an abort ends its own call only', () =>
    neighbours(async (client, server) => {
      const controller = new AbortController();
      const { signal } = controller;
      const call = failureOf(client.callTool(server.url, 'hold', {}, { signal }));
      await eventually(() => server.held).toBe(2);
      controller.abort(new Error('enough'));
      expect(await call).toBe(signal.reason);
    }));

  it('a JSON-RPC error ends its own call only', () =>
    neighbours(async (client, server) => {
      expect(await failureOf(client.request(server.url, 'no/such/method'))).toMatchObject({
        name: 'ProtocolError',
        delivery: 'answered',
      });
    }));

  it('a failed tool is a result', () =>
    neighbours(async (client, server) => {
      expect(await client.callTool(server.url, 'fail')).toMatchObject({ isError: true });
    }));
});

describe('endpoints beside one that hangs', () => {
  it.each(['at the upgrade', 'at the handshake', 'in a call'] as const)(
    '%s: another is served without any time passing',
    async (where) => {
      const clock = new FakeClock();
      const client = clientOf({ clock });
      const server = await startServer();
      const proxy = await TcpProxy.to(server);
      proxy.stallAtMessage = where === 'at the handshake' ? 1 : 2;
      const url = where === 'at the upgrade' ? (await startBlackHole()).url : proxy.url;
      let settled = 0;
      const hanging = Array.from({ length: 100 }, async () => {
        await failureOf(client.callTool(url, 'echo', { text: 'hi' }));
        settled++;
      });
      if (url === proxy.url) await eventually(() => proxy.frozen).toBe(true);
      const other = await startServer();
      for (let n = 0; n < 5; n++) await client.callTool(other.url, 'pay');
      expect(settled).toBe(0);
      const closing = client.close();
      await ended(clock, closing);
      await ended(clock, Promise.all(hanging));
    },
  );

  it('199 of 200 endpoints are served, one is a black hole, no time passes', async () => {
    const clock = new FakeClock();
    const client = clientOf({ clock });
    const hole = await startBlackHole();
    const server = await startPlainServer();
    const lost = failureOf(client.callTool(hole.url, 'pay'));
    await eventually(() => hole.dials).toBe(1);
    const endpoints = Array.from({ length: 199 }, (_, n) => `${server.url}?n=${n}`);
    for (let round = 0; round < 2; round++) {
      const texts = endpoints.map(async (url) => textOf(await client.callTool(url, url)));
      expect(await Promise.all(texts)).toEqual(endpoints);
    }
    expect(client.stats()).toMatchObject({ creating: 1, waiting: 1 });
    expect(hole.dials).toBe(1);
    await client.close();
    expect(await lost).toMatchObject({ delivery: 'not-sent' });
  }, 30_000);
});
