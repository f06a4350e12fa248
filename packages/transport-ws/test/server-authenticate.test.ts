import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { Authenticate, AuthInfo } from '../src/server.js';
import { FakeClock } from './fake-clock.js';
import { Log } from './log.js';
import { attached, ping } from './server-hosts.js';
import { peer, upgrade, upgrading } from './server-peers.js';

const alice: AuthInfo = { token: 'secret-token', clientId: 'alice', scopes: ['read'] };
const inSeconds = (seconds: number) => Date.now() / 1000 + seconds;

describe('authenticate', () => {
  it('is asked at each upgrade, and its answer comes with each message', async () => {
    const { url, received, contexts } = await attached({
      authenticate: async ({ headers }) => ({ ...alice, clientId: String(headers['x-user']) }),
    });
    for (const user of ['bob', 'carol']) {
      const { send } = await peer(url, { headers: { 'x-user': user } });
      send(ping(1));
      send(ping(2));
    }
    const all = await received.first(4);
    expect(all.map(({ extra }) => extra?.authInfo?.clientId).sort()).toEqual([
      'bob',
      'bob',
      'carol',
      'carol',
    ]);
    expect(contexts.map(({ authInfo }) => authInfo?.clientId)).toEqual(['bob', 'carol']);
  });

  it('refuses with its Response: status, headers, text, none of them twice', async () => {
    const authenticate: Authenticate = () =>
      new Response('{"error":"slow down"}', {
        status: 429,
        headers: [
          ['Content-Type', 'application/json'],
          ['Retry-After', '7'],
          ['X-Reason', 'quota'],
          ['Set-Cookie', 'session=; Expires=Thu, 01 Jan 1970 00:00:00 GMT'],
          ['Set-Cookie', 'a=b'],
          ['Connection', 'keep-alive'],
          ['Content-Length', '1'],
        ],
      });
    const { port, events } = await attached({ authenticate });
    const answer = await upgrade(port);
    expect(answer).toMatchObject({ status: 429, body: '{"error":"slow down"}' });
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json',
      'retry-after': '7',
      'x-reason': 'quota',
      connection: 'close',
      'content-length': '21',
    });
    expect(answer.headers['set-cookie']).toEqual([
      'session=; Expires=Thu, 01 Jan 1970 00:00:00 GMT',
      'a=b',
    ]);
    expect(events.items).toMatchObject([
      { type: 'ws.rejected', status: 429, reason: 'authenticate' },
    ]);
  });

  it('does not let in whom a Response of another class refuses', async () => {
    // What undici's own Response and those of some frameworks look like from here.
    class OtherResponse {
      readonly status = 403;
      readonly headers = new Map([['x-other', 'yes']]);
      text = async () => 'no';
    }
    const { port } = await attached({ authenticate: () => new OtherResponse() as never });
    expect(await upgrade(port)).toMatchObject({
      status: 403,
      body: 'no',
      headers: { 'x-other': 'yes' },
    });
  });

  it('cannot refuse with a success', async () => {
    const { port } = await attached({ authenticate: () => new Response('ok', { status: 200 }) });
    expect((await upgrade(port)).status).toBe(401);
  });

  it.each([undefined, null, false, ''])('refuses with 401 by returning %s', async (nothing) => {
    const { port } = await attached({ authenticate: () => nothing as never });
    const answer = await upgrade(port);
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Bearer');
  });

  it.each([
    ['true', true],
    ['an empty object', {}],
    ['no scopes', { token: 't', clientId: 'c' }],
    ['no time', { ...alice, expiresAt: Number.NaN }],
    ['a date', { ...alice, expiresAt: new Date() }],
  ])('lets nobody in by returning %s, and says so', async (_name, nonsense) => {
    const errors = new Log<Error>();
    const { port } = await attached({
      authenticate: () => nonsense as never,
      onerror: errors.push,
    });
    expect((await upgrade(port)).status).toBe(500);
    expect(errors.items[0]?.message).toContain('neither an AuthInfo nor a Response');
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('secret-token is no token');
      },
    ],
    ['rejects', () => Promise.reject(new Error('secret-token is no token'))],
  ] as [string, Authenticate][])(
    'that %s lets nobody in, and the client learns nothing of it',
    async (_how, authenticate) => {
      const errors = new Log<Error>();
      const { port, events } = await attached({ authenticate, onerror: errors.push });
      const answer = await upgrade(port);
      expect(answer.status).toBe(500);
      expect(JSON.stringify([answer, events.items])).not.toContain('secret-token');
      expect(errors.items.map(({ message }) => message)).toEqual(['secret-token is no token']);
    },
  );

  it('that hangs is not waited for longer than its time', async () => {
    const clock = new FakeClock();
    const asked = new Log<true>();
    const { port } = await attached({
      clock,
      authenticateTimeoutMs: 5_000,
      authenticate: () => {
        asked.push(true);
        return new Promise(() => {});
      },
    });
    const answer = upgrade(port);
    await asked.first(1);
    clock.advance(5_000);
    expect(await answer).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
    expect(clock.timers).toBe(0);
  });

  it('that answers a client who has left opens nothing, and frees the place', async () => {
    const asked = new Log<(authInfo: AuthInfo) => void>();
    const { port, transports, events } = await attached({
      maxConnections: 1,
      authenticate: () => new Promise((resolve) => asked.push(resolve)),
    });
    const socket = await upgrading(port);
    const [answer] = await asked.first(1);
    expect((await upgrade(port)).status).toBe(503);
    socket.resetAndDestroy();
    await once(socket, 'close');
    // The next one is let to the question only when the place is free.
    const again = async (): Promise<void> => {
      const next = upgrade(port);
      const verdict = await Promise.race([next, asked.first(2)]);
      if (!Array.isArray(verdict)) return again();
      answer?.(alice);
      asked.items[1]?.(alice);
      expect((await next).status).toBe(101);
    };
    await again();
    expect(transports.length).toBe(1);
    expect(events.items.filter(({ type }) => type === 'ws.accepted')).toHaveLength(1);
  });

  it('that still thinks does not keep close() waiting', async () => {
    const asked = new Log<true>();
    const { port, attachment } = await attached({
      authenticate: () => {
        asked.push(true);
        return new Promise(() => {});
      },
    });
    const answer = upgrade(port).catch((error: NodeJS.ErrnoException) => error.code);
    await asked.first(1);
    await attachment.close();
    expect(await answer).toBe('ECONNRESET');
  });
});

describe('a token’s end', () => {
  it('that has come already is refused with 401', async () => {
    const { port } = await attached({
      authenticate: () => ({ ...alice, expiresAt: inSeconds(-1) }),
    });
    expect((await upgrade(port)).status).toBe(401);
  });

  it('ends the connection with 1008', async () => {
    const { url, events } = await attached({
      authenticate: () => ({ ...alice, expiresAt: inSeconds(0.05) }),
    });
    const { closed } = await peer(url);
    expect(await closed).toEqual({ code: 1008, reason: 'authorization expired' });
    expect(await events.find(({ type }) => type === 'ws.closed')).toMatchObject({ code: 1008 });
  });

  it('may be further away than a timer can wait', async () => {
    const clock = new FakeClock();
    const delays: number[] = [];
    const set = clock.setTimeout.bind(clock);
    clock.setTimeout = (callback, ms) => {
      delays.push(ms);
      return set(callback, ms);
    };
    const days = 24 * 3600;
    const { url, transports } = await attached({
      clock,
      pingIntervalMs: 0,
      authenticate: () => ({ ...alice, expiresAt: inSeconds(60 * days) }),
    });
    const { socket } = await peer(url);
    await transports.first(1);
    expect(clock.timers).toBe(1);
    // The wall clock says that there is time left, so the next timer is set.
    clock.advance(2 ** 31 - 1);
    expect(clock.timers).toBe(1);
    // Longer ones fire at once.
    expect(delays.filter((ms) => ms > 2 ** 31 - 1)).toEqual([]);
    expect(delays).toContain(2 ** 31 - 1);
    expect(socket.readyState).toBe(socket.OPEN);
  });
});
