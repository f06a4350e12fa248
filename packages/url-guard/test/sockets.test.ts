import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import { get as getTls } from 'node:https';
import { connect as connectTcp, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Agent, fetch as undiciFetch } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import WebSocket, { WebSocketServer } from 'ws';
import {
  createUrlGuard,
  isUnsafeUrlError,
  production,
  type UrlGuardOptions,
} from '../src/index.js';
import { cert } from './certificate.js';
import { FakeClock } from './fake-clock.js';
import { listen, serve, serveTls } from './servers.js';

/** A guard that may dial this port of loopback, and knows every name to be there. */
function guardFor(port: number, more: UrlGuardOptions = {}) {
  const asked: string[] = [];
  const guard = createUrlGuard({
    allowAddresses: [`127.0.0.1:${port}`],
    resolve: async (hostname) => {
      asked.push(hostname);
      return ['127.0.0.1'];
    },
    ...more,
  });
  return { guard, asked };
}

type Request = ReturnType<typeof get>;

async function answer(request: Request): Promise<string> {
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return text(response);
}

async function refusal(emitter: Request | WebSocket): Promise<string> {
  const [error] = await once(emitter, 'error');
  if (!isUnsafeUrlError(error)) throw error;
  return error.reason;
}

describe('a resolver that changes its mind', () => {
  /** Two servers on one port of two addresses; the name moves from the first to the second. */
  async function rebinding() {
    const good = await serve((_, response) => response.end('good'));
    await serve((_, response) => response.end('evil'), '127.0.0.2', good.port);
    const answers = [['127.0.0.1'], ['127.0.0.2']];
    const guard = createUrlGuard({
      allowCidrs: ['127.0.0.0/8'],
      resolve: async () => answers.shift() ?? ['127.0.0.2'],
    });
    return { guard, url: `http://rebind.example:${good.port}/`, answers };
  }

  it('does not move a dial to the addresses of check', async () => {
    const { guard, url, answers } = await rebinding();
    const { addresses } = await guard.check(url);
    const [address = ''] = addresses;
    const request = get(url, {
      agent: false,
      lookup: (_, { all }, done) =>
        all ? done(null, [{ address, family: 4 }]) : done(null, address, 4),
    });
    expect(await answer(request)).toBe('good');
    expect(answers).toEqual([['127.0.0.2']]);
  });

  it('is asked once by connect, by lookup and by fetch', async () => {
    for (const dial of ['connect', 'lookup', 'fetch'] as const) {
      const { guard, url, answers } = await rebinding();
      if (dial === 'fetch') expect(await (await guard.fetch(url)).text()).toBe('good');
      else {
        const hook =
          dial === 'connect'
            ? { createConnection: guard.connect }
            : { agent: false, lookup: guard.lookup };
        expect(await answer(get(url, hook))).toBe('good');
      }
      expect(answers).toEqual([['127.0.0.2']]);
    }
  });
});

describe('connect', () => {
  it('dials what is allowed, for http, by name and by address', async () => {
    const { port } = await serve((request, response) => response.end(request.headers.host));
    const { guard, asked } = guardFor(port);
    for (const host of ['pinned.example', '127.0.0.1']) {
      const url = `http://${host}:${port}/`;
      expect(await answer(get(url, { createConnection: guard.connect }))).toBe(`${host}:${port}`);
    }
    expect(asked).toEqual(['pinned.example']);
  });

  it.each([
    ['a literal that lookup is never asked for', '127.0.0.2', 'loopback'],
    ['an odd spelling', '0177.0.0.2', 'loopback'],
    ['a mapped literal', '[::ffff:127.0.0.2]', 'embedded-ipv4'],
    ['a metadata address', '169.254.169.254', 'metadata'],
    ['a name of the local network', 'intranet', 'reserved-name'],
    ['a host that is none', 'a b', 'unparsable'],
  ])('refuses %s', async (_, hostname, reason) => {
    const { guard, asked } = guardFor(80);
    const request = get({ hostname, createConnection: guard.connect });
    expect(await refusal(request)).toBe(reason);
    expect(asked).toEqual([]);
  });

  it('refuses a bad port, and another port of an address that is open on one', async () => {
    const { port, server } = await serve((_, response) => response.end());
    const { guard } = guardFor(port + 1 > 65_535 ? port - 1 : port + 1);
    const dial = (to: number) =>
      get({ hostname: '127.0.0.1', port: to, createConnection: guard.connect });
    expect(await refusal(dial(22))).toBe('port');
    expect(await refusal(dial(port))).toBe('loopback');
    const connections = await new Promise((resolve) => {
      server.getConnections((_, count) => resolve(count));
    });
    expect(connections).toBe(0);
  });

  it('refuses UNIX sockets, also those that ws makes of ws+unix:', async () => {
    const path = join(tmpdir(), `url-guard-${process.pid}.sock`);
    const server = createServer((_, response) => response.end('docker'));
    await new Promise<void>((resolve) => server.listen(path, resolve));
    onTestFinished(() => void server.close());
    const { guard } = guardFor(80);
    const request = get({ socketPath: path, createConnection: guard.connect });
    expect(await refusal(request)).toBe('scheme');
    const socket = new WebSocket(`ws+unix:${path}:/`, { createConnection: guard.connect });
    expect(await refusal(socket)).toBe('scheme');
  });

  it('refuses UNIX sockets, however a caller spells the wish', async () => {
    const { guard } = guardFor(80);
    for (const name of ['path', 'socketPath']) {
      const socket = guard.connect({ ...{ [name]: '/run/x.sock' }, host: '127.0.0.1', port: 80 });
      const [error] = await once(socket, 'error');
      expect(error).toMatchObject({ reason: 'scheme' });
    }
  });

  it('refuses a port that is none', async () => {
    const { guard } = guardFor(80);
    for (const [port, reason] of [
      ['abc', 'unparsable'],
      [-1, 'unparsable'],
      [80.5, 'unparsable'],
      [65_536, 'unparsable'],
      [0, 'port'],
    ] as const) {
      const [error] = await once(guard.connect({ host: '1.1.1.1', port }), 'error');
      expect(error).toMatchObject({ reason });
    }
  });

  it('opens no file that a caller has opened', async () => {
    const { port } = await serve((_, response) => response.end());
    const { guard } = guardFor(port);
    const socket = guard.connect({ host: '127.0.0.1', port, ...{ fd: 2 } });
    await once(socket, 'connect');
    expect(socket.remotePort).toBe(port);
    socket.destroy();
  });

  it('dials without TLS only where a scheme without is open, and the other way round', async () => {
    const plain = await serve((_, response) => response.end('plain'));
    const secure = await serveTls((_, response) => response.end('secure'));
    const open = { allowAddresses: ['127.0.0.1'] };
    const { connect } = guardFor(0, { ...production, ...open }).guard;
    const dispatcher = new Agent({ connect: (to, done) => connect({ ...to, ca: cert }, done) });
    onTestFinished(() => dispatcher.destroy());
    const plainUrl = `http://pinned.example:${plain.port}/`;
    const secureUrl = `https://pinned.example:${secure.port}/`;
    expect(await refusal(get(plainUrl, { createConnection: connect }))).toBe('scheme');
    expect(
      await refusal(
        get(plainUrl.replace('pinned.example', '127.0.0.1'), { createConnection: connect }),
      ),
    ).toBe('scheme');
    const failed = await undiciFetch(plainUrl, { dispatcher }).catch((error) => error);
    expect(failed.cause).toMatchObject({ reason: 'scheme' });
    expect(await (await undiciFetch(secureUrl, { dispatcher })).text()).toBe('secure');

    const unencrypted = guardFor(0, { schemes: ['ws'], ...open }).guard.connect;
    expect(await answer(get(plainUrl, { createConnection: unencrypted }))).toBe('plain');
    expect(await refusal(getTls(secureUrl, { createConnection: unencrypted }))).toBe('scheme');
  });

  it('calls back once, whatever becomes of the socket', async () => {
    const { port } = await serve((_, response) => response.end());
    const { guard } = guardFor(port);
    const calls: unknown[] = [];
    const socket = guard.connect({ host: '127.0.0.1', port }, (error) => calls.push(error));
    await once(socket, 'connect');
    socket.destroy(new Error('later'));
    await once(socket, 'error');
    const refused = guard.connect({ host: '127.0.0.2', port }, (error) => calls.push(error));
    const [error] = await once(refused, 'error');
    expect(calls).toEqual([null, error]);
  });

  it('carries WebSockets of ws, and refuses theirs', async () => {
    const { server, port } = await serve((_, response) => response.end());
    const wss = new WebSocketServer({ server });
    wss.on('connection', (socket) => socket.send('hello'));
    const { guard } = guardFor(port);
    const socket = new WebSocket(`ws://pinned.example:${port}`, {
      createConnection: guard.connect,
    });
    const [message] = await once(socket, 'message');
    expect(String(message)).toBe('hello');
    socket.close();
    await once(socket, 'close');
    const refused = new WebSocket('ws://[::1]:8080', { createConnection: guard.connect });
    expect(await refusal(refused)).toBe('loopback');
  });

  it('is a connector for undici', async () => {
    const { port } = await serve((_, response) => response.end('hello'));
    const { guard } = guardFor(port);
    const dispatcher = new Agent({ connect: guard.connect });
    onTestFinished(() => dispatcher.destroy());
    const response = await undiciFetch(`http://pinned.example:${port}`, { dispatcher });
    expect(await response.text()).toBe('hello');
    for (const host of ['127.0.0.2', 'db.internal']) {
      const failed = await undiciFetch(`http://${host}:${port}`, { dispatcher }).catch((e) => e);
      expect(failed.cause).toSatisfy(isUnsafeUrlError);
    }
  });

  it('lets a caller that only reports through to where it asked', async () => {
    const { port } = await serve((_, response) => response.end('seen'));
    const { guard } = guardFor(1, { reportOnly: true });
    for (const host of ['127.0.0.1', 'pinned.example', 'localhost']) {
      const request = get(`http://${host}:${port}/`, { createConnection: guard.connect });
      expect(await answer(request)).toBe('seen');
    }
  });
});

describe('a server that never answers', () => {
  /** It takes connections, and says nothing of TLS. */
  async function silent(options: UrlGuardOptions = {}) {
    const server = createTcpServer();
    const { port } = await listen(server);
    const clock = new FakeClock();
    const { guard } = guardFor(port, { clock, ...options });
    return { server, port, clock, guard };
  }

  it('is given up by connect after ten seconds', async () => {
    const { server, port, clock, guard } = await silent();
    const failed = new Promise((resolve) => {
      guard.connect({ host: '127.0.0.1', port, protocol: 'https:' }, resolve);
    });
    await once(server, 'connection');
    clock.advance(9_999);
    expect(clock.timers).toBe(1);
    clock.advance(1);
    const message = 'not connected within 10000 ms';
    expect(await failed).toMatchObject({ code: 'ETIMEDOUT', message });
  });

  it('is given up by fetch and by an Agent of undici, after connectTimeoutMs', async () => {
    const { server, port, clock, guard } = await silent({ connectTimeoutMs: 300 });
    const dispatcher = new Agent({ connect: guard.connect });
    onTestFinished(() => dispatcher.destroy());
    const url = `https://127.0.0.1:${port}/`;
    for (const send of [() => guard.fetch(url), () => undiciFetch(url, { dispatcher })]) {
      const failed = send().catch((error) => error);
      await once(server, 'connection');
      clock.advance(300);
      expect((await failed).cause).toMatchObject({ code: 'ETIMEDOUT' });
    }
  });

  it('is the only one that leaves a timer behind', async () => {
    const { clock, port, guard } = await silent();
    const connected = guard.connect({ host: '127.0.0.1', port });
    await once(connected, 'connect');
    expect(clock.timers).toBe(0);
    connected.destroy();
    const refused = guard.connect({ host: '127.0.0.2', port });
    await once(refused, 'error');
    await once(refused, 'close');
    const left = guard.connect({ host: '127.0.0.1', port, protocol: 'wss:' });
    left.destroy();
    await once(left, 'close');
    expect(clock.timers).toBe(0);
  });
});

describe('TLS', () => {
  it('verifies the name, although the socket goes to an address', async () => {
    const { port } = await serveTls((_, response) => response.end('private'));
    const { guard } = guardFor(port);
    // `lookup` does not learn the port, so the address has to be open on all.
    const { lookup } = guardFor(port, { allowAddresses: ['127.0.0.1'] }).guard;
    for (const hook of [{ createConnection: guard.connect }, { agent: false, lookup }]) {
      const dial = (host: string) => getTls(`https://${host}:${port}/`, { ca: cert, ...hook });
      expect(await answer(dial('pinned.example'))).toBe('private');
      const [error] = await once(dial('other.example'), 'error');
      expect(error).toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
    }
  });

  it('is what wss and undici get, too', async () => {
    const { server, port } = await serveTls((_, response) => response.end('private'));
    new WebSocketServer({ server }).on('connection', (socket) => socket.send('secret'));
    const { guard } = guardFor(port);
    const dial = (host: string) =>
      new WebSocket(`wss://${host}:${port}`, { ca: cert, createConnection: guard.connect });
    const socket = dial('pinned.example');
    const [message] = await once(socket, 'message');
    expect(String(message)).toBe('secret');
    socket.terminate();
    const [error] = await once(dial('other.example'), 'error');
    expect(error).toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });

    const dispatcher = new Agent({
      connect: (options, done) => guard.connect({ ...options, ca: cert }, done),
    });
    onTestFinished(() => dispatcher.destroy());
    const response = await undiciFetch(`https://pinned.example:${port}`, { dispatcher });
    expect(await response.text()).toBe('private');
    const failed = await undiciFetch(`https://other.example:${port}`, { dispatcher }).catch(
      (e) => e,
    );
    expect(failed.cause).toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  });

  it('is told from whatever little a caller says', async () => {
    const { port } = await serveTls((_, response) => response.end('private'));
    const { guard } = guardFor(port);
    const request = getTls({
      hostname: 'pinned.example',
      port,
      ca: cert,
      createConnection: guard.connect,
    });
    expect(await answer(request)).toBe('private');
    const hints = [{ protocol: 'https:' }, { protocol: 'wss:' }, { defaultPort: 443 }];
    for (const hint of hints) {
      const socket = guard.connect({ host: 'pinned.example', port, ca: cert, ...hint });
      await once(socket, 'secureConnect');
      socket.destroy();
    }
  });

  it('does not trust a certificate that nobody vouches for', async () => {
    const { port } = await serveTls((_, response) => response.end());
    const { guard } = guardFor(port);
    const request = getTls(`https://pinned.example:${port}/`, { createConnection: guard.connect });
    const [error] = await once(request, 'error');
    expect(error).toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  });
});

describe('lookup', () => {
  const guard = createUrlGuard({
    resolve: (hostname) =>
      hostname === 'both.example'
        ? ['2606:4700:4700::1111', '93.184.216.34']
        : hostname === 'bad.example'
          ? ['93.184.216.34', '10.0.0.1']
          : ['93.184.216.34'],
  });
  const lookup = (hostname: string, options: object) =>
    new Promise<unknown[]>((resolve) => {
      guard.lookup(hostname, options, (...outcome) => resolve(outcome));
    });

  it('answers an array when asked for all', async () => {
    expect(await lookup('both.example', { all: true })).toEqual([
      null,
      [
        { address: '2606:4700:4700::1111', family: 6 },
        { address: '93.184.216.34', family: 4 },
      ],
    ]);
  });

  it('answers one address when asked for one, of the family asked for', async () => {
    expect(await lookup('both.example', { all: false })).toEqual([null, '2606:4700:4700::1111', 6]);
    expect(await lookup('both.example', { family: 4 })).toEqual([null, '93.184.216.34', 4]);
    expect(await lookup('both.example', { family: 'IPv6' })).toEqual([
      null,
      '2606:4700:4700::1111',
      6,
    ]);
    const [error] = await lookup('v4.example', { family: 6 });
    expect(error).toMatchObject({ reason: 'unresolvable' });
  });

  it('refuses an answer for one bad address, whichever family was asked for', async () => {
    const [error] = await lookup('bad.example', { family: 4 });
    expect(error).toMatchObject({ reason: 'mixed-answer', address: '10.0.0.1' });
  });

  it('judges what other callers than sockets hand to it: addresses, and what is no host', async () => {
    const [literal] = await lookup('0x7f.1', { all: true });
    expect(literal).toMatchObject({ reason: 'loopback' });
    const [nonsense] = await lookup('public.example/@127.0.0.1', { all: true });
    expect(nonsense).toMatchObject({ reason: 'unparsable' });
  });

  it('is never asked about an address by net: that is why connect exists', async () => {
    const { port } = await listen(createServer());
    const socket = connectTcp({ host: '127.0.0.1', port, lookup: guard.lookup });
    await once(socket, 'connect');
    socket.destroy();
  });
});
