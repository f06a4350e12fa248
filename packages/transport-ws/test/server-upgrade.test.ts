import { once } from 'node:events';
import net from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocketServer } from 'ws';
import { attachWebSocket } from '../src/server.js';
import { authority, serverCertificate, serverKey } from './certificates.js';
import { Log } from './log.js';
import { attached, ping, result } from './server-hosts.js';
import { served } from './server-mcp.js';
import { ask, HANDSHAKE, peer, upgrade, upgrading } from './server-peers.js';

describe('path', () => {
  it('is answered 404 where nobody else listens', async () => {
    const { port, events } = await attached();
    expect((await upgrade(port, { path: '/other' })).status).toBe(404);
    expect((await upgrade(port, { path: '/mcp/' })).status).toBe(404);
    expect(events.items).toMatchObject([
      { type: 'ws.rejected', status: 404, reason: 'path' },
      { type: 'ws.rejected', status: 404, reason: 'path' },
    ]);
  });

  it('may carry a query', async () => {
    const { port } = await attached();
    expect((await upgrade(port, { path: '/mcp?tenant=a' })).status).toBe(101);
  });

  it('that is not ours is left to other listeners', async () => {
    const { http, port } = await attached();
    const others = new WebSocketServer({ noServer: true });
    http.on('upgrade', (request, socket, head) => {
      if (request.url === '/chat') others.handleUpgrade(request, socket, head, () => {});
    });
    expect((await upgrade(port, { path: '/chat' })).status).toBe(101);
    expect((await upgrade(port)).status).toBe(101);
  });

  it('belongs to one of several attachments, and what is nobody’s is answered once', async () => {
    const { http, port, events } = await attached({ path: '/a' });
    const second = attachWebSocket(http, { path: '/b' }, (transport) => transport.close(3001));
    const there = await peer(`ws://127.0.0.1:${port}/b`);
    expect((await there.closed).code).toBe(3001);
    expect((await upgrade(port, { path: '/a' })).status).toBe(101);
    expect((await upgrade(port, { path: '/c' })).status).toBe(404);
    const rejected = events.items.filter(({ type }) => type === 'ws.rejected');
    expect(rejected).toHaveLength(1);
    await second.close();
    expect((await upgrade(port, { path: '/b' })).status).toBe(404);
  });

  it('cannot be attached twice, but again after close', async () => {
    const { http, attachment } = await attached();
    const again = () => attachWebSocket(http, {}, () => {});
    expect(again).toThrow('path /mcp is attached to this server already');
    await attachment.close();
    await again().close();
  });
});

describe('plain HTTP on the port of serveWebSocket', () => {
  it('tells those who do not upgrade to do so', async () => {
    const { handle } = await served();
    const answer = await ask(handle.port, { path: '/mcp' });
    expect(answer.status).toBe(426);
    expect(answer.headers.upgrade).toBe('websocket');
    expect((await ask(handle.port, { path: '/mcp', method: 'POST' })).status).toBe(426);
    expect((await ask(handle.port, { path: '/elsewhere' })).status).toBe(404);
  });

  it('says that it lives and is ready, and while it drains that it lives and is not', async () => {
    const { handle } = await served();
    expect(await ask(handle.port, { path: '/health' })).toMatchObject({
      status: 200,
      body: 'ok\n',
    });
    expect(await ask(handle.port, { path: '/ready?by=lb' })).toMatchObject({ status: 200 });
    await handle.drain();
    expect((await ask(handle.port, { path: '/health' })).status).toBe(200);
    expect(await ask(handle.port, { path: '/ready' })).toMatchObject({
      status: 503,
      body: 'draining\n',
    });
    const head = await ask(handle.port, { path: '/ready', method: 'HEAD' });
    expect(head).toMatchObject({ status: 503, body: '' });
  });
});

describe('a request that asks for another upgrade', () => {
  // As curl --http2 and the HTTP client of Java do by default.
  const h2c = {
    Connection: 'Upgrade, HTTP2-Settings',
    Upgrade: 'h2c',
    'HTTP2-Settings': 'AAMAAABkAAQAAP__',
  };

  it('is answered as one that asks for none, body and all', async () => {
    const { http, port } = await attached();
    http.removeAllListeners('request');
    http.on('request', async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      response.end(`${request.method} ${request.url} ${request.headers.upgrade} ${body}`);
    });
    expect(await ask(port, { path: '/a?b', headers: h2c })).toMatchObject({
      status: 200,
      body: 'GET /a?b undefined ',
    });
    const socket = net.connect(port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    const chunks = new Log<string>();
    socket.on('data', (data) => chunks.push(String(data)));
    const head = Object.entries(h2c).map(([name, value]) => `${name}: ${value}\r\n`);
    // The connection stays open, and serves the next one: ours is one of its paths as well.
    for (const [n, framing, body] of [
      [1, 'Content-Length: 5', 'hello'],
      [2, 'Transfer-Encoding: chunked', '5\r\nagain\r\n0\r\n\r\n'],
    ] as const) {
      socket.write(`POST /mcp HTTP/1.1\r\nHost: localhost\r\n${head.join('')}${framing}\r\n\r\n`);
      socket.write(body);
      const text = n === 1 ? 'hello' : 'again';
      await chunks.find((chunk) => chunk.endsWith(`POST /mcp undefined ${text}`));
    }
    const websocket = Object.entries({ ...HANDSHAKE, Host: 'localhost' });
    const lines = websocket.map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`GET /mcp HTTP/1.1\r\n${lines.join('')}\r\n`);
    await chunks.find((chunk) => chunk.startsWith('HTTP/1.1 101'));
  });

  it.each([
    ['plain', undefined],
    ['with tls', { cert: serverCertificate, key: serverKey }],
  ])('reaches the health checks of serveWebSocket (%s)', async (_how, tls) => {
    const { handle } = await served(tls && { tls });
    const asked = { headers: h2c, ...(tls && { tls: { ca: authority } }) };
    for (const path of ['/health', '/ready']) {
      expect((await ask(handle.port, { path, ...asked })).status).toBe(200);
    }
    expect((await ask(handle.port, { path: '/mcp', ...asked })).status).toBe(426);
  });

  it('is left to others who listen for upgrades', async () => {
    const { http, port } = await attached();
    http.on('upgrade', (request, socket) => {
      if (request.headers.upgrade === 'h2c') socket.end('HTTP/1.1 418 mine\r\n\r\n');
    });
    expect((await ask(port, { headers: h2c })).status).toBe(418);
  });
});

describe('Host', () => {
  const hosts = async (port: number, names: string[]) =>
    Promise.all(
      names.map(async (Host) => [Host, (await upgrade(port, { headers: { Host } })).status]),
    );

  it('must be a loopback name on a loopback bind, however it is spelt', async () => {
    const { port } = await attached();
    const good = [
      'localhost',
      `localhost:${port}`,
      'LocalHost:1',
      'localhost.',
      '127.0.0.1',
      '127.8.9.10:80',
      '[::1]',
      `[::1]:${port}`,
    ];
    const bad = [
      'evil.example',
      'localhost.evil.example',
      '127.0.0.1.evil.example',
      'localhost..',
      'localhost:port',
      'evil.example?localhost',
      'user@localhost',
      ':secret@localhost',
      'evil.example/@localhost',
      'evil.example#localhost',
      '%6cocalhost',
      '::1',
      '[::2]',
      '0.0.0.0',
      '192.168.1.1',
    ];
    expect(await hosts(port, good)).toEqual(good.map((name) => [name, 101]));
    expect(await hosts(port, bad)).toEqual(bad.map((name) => [name, 421]));
  });

  it('may be any of the list, whatever the port, and loopback names still pass', async () => {
    const { port } = await attached({ allowedHosts: ['MCP.example.com.', '2001:db8::1'] });
    const good = ['mcp.example.com', 'mcp.example.com:8443', '[2001:DB8::1]:1', 'localhost'];
    const bad = ['example.com', 'mcp.example.com.evil', 'a.mcp.example.com', '[2001:db8::2]'];
    expect(await hosts(port, good)).toEqual(good.map((name) => [name, 101]));
    expect(await hosts(port, bad)).toEqual(bad.map((name) => [name, 421]));
  });

  it('may be anything on another bind, unless there is a list', async () => {
    const open = await attached({}, undefined, { host: '0.0.0.0' });
    expect(await hosts(open.port, ['mcp.example.com', 'a b'])).toEqual([
      ['mcp.example.com', 101],
      ['a b', 421],
    ]);
    const listed = await attached({ allowedHosts: ['a.example'] }, undefined, { host: '0.0.0.0' });
    expect(await hosts(listed.port, ['a.example', 'localhost'])).toEqual([
      ['a.example', 101],
      ['localhost', 421],
    ]);
  });

  it('of IPv6 loopback is bound and dialled like the other one', async () => {
    const { port, url } = await attached({}, undefined, { host: '::1' });
    await peer(url);
    const evil = await upgrade(port, { address: '::1', headers: { Host: 'evil.example' } });
    expect(evil.status).toBe(421);
  });
});

describe('Origin', () => {
  const origins = async (port: number, list: string[], Host?: string) =>
    Promise.all(
      list.map(async (Origin) => [
        Origin,
        (await upgrade(port, { headers: { Origin, ...(Host && { Host }) } })).status,
      ]),
    );

  it('is not asked of those who send none', async () => {
    const { port } = await attached({ allowedOrigins: [] });
    expect((await upgrade(port)).status).toBe(101);
    expect(await origins(port, ['http://localhost'])).toEqual([['http://localhost', 403]]);
  });

  it('may be any of loopback on a loopback bind', async () => {
    const { port } = await attached();
    const good = ['http://localhost:5173', 'https://127.0.0.1', 'http://[::1]:3000'];
    const bad = [
      'https://evil.example',
      'http://localhost.evil.example',
      'http://127.0.0.1.evil.example',
      'null',
      'nonsense',
      'file://',
      '',
    ];
    expect(await origins(port, good)).toEqual(good.map((origin) => [origin, 101]));
    expect(await origins(port, bad)).toEqual(bad.map((origin) => [origin, 403]));
  });

  it('must be the server’s own on another bind', async () => {
    const { port } = await attached({}, undefined, { host: '0.0.0.0' });
    const own = ['https://mcp.example.com', 'https://MCP.example.com:443'];
    expect(await origins(port, own, 'mcp.example.com')).toEqual(own.map((one) => [one, 101]));
    expect(await origins(port, ['https://a.example:8080'], 'a.example:8080')).toEqual([
      ['https://a.example:8080', 101],
    ]);
    const others = [
      'https://evil.example',
      'https://mcp.example.com:8080',
      'http://localhost',
      'null',
    ];
    expect(await origins(port, others, 'mcp.example.com')).toEqual(others.map((one) => [one, 403]));
  });

  it('of plain http is the server’s own by its address, or by a name of the list: others can be rebound', async () => {
    const { port } = await attached({}, undefined, { host: '0.0.0.0' });
    expect(await origins(port, ['http://evil.example'], 'evil.example')).toEqual([
      ['http://evil.example', 403],
    ]);
    for (const host of ['127.0.0.1', '192.168.1.1:8080', '[2001:db8::1]', 'localhost:3000']) {
      expect(await origins(port, [`http://${host}`], host)).toEqual([[`http://${host}`, 101]]);
    }
    const options = { allowedHosts: ['mcp.example.com'] };
    const named = await attached(options, undefined, { host: '0.0.0.0' });
    const own = ['http://mcp.example.com', 'http://MCP.example.com:80'];
    expect(await origins(named.port, own, 'mcp.example.com')).toEqual(own.map((one) => [one, 101]));
    expect(await origins(named.port, ['http://a.example'], 'mcp.example.com')).toEqual([
      ['http://a.example', 403],
    ]);
  });

  it('must be in the list where there is one', async () => {
    const allowedOrigins = ['https://App.example.com', 'chrome-extension://abcdef'];
    const { port, events } = await attached({ allowedOrigins });
    const good = ['https://app.example.com', 'chrome-extension://abcdef'];
    const bad = ['https://app.example.com:8443', 'http://app.example.com', 'http://localhost'];
    expect(await origins(port, good)).toEqual(good.map((origin) => [origin, 101]));
    expect(await origins(port, bad)).toEqual(bad.map((origin) => [origin, 403]));
    const rejected = events.items.filter(({ type }) => type === 'ws.rejected');
    expect(rejected).toHaveLength(3);
    expect(rejected[0]).toMatchObject({ status: 403, reason: 'origin' });
  });

  it('may be anything with *, and null only by name', async () => {
    const any = await attached({ allowedOrigins: ['*'] });
    expect(await origins(any.port, ['https://a.example', 'null'])).toEqual([
      ['https://a.example', 101],
      ['null', 101],
    ]);
    const named = await attached({ allowedOrigins: ['null'] });
    expect(await origins(named.port, ['https://a.example', 'null'])).toEqual([
      ['https://a.example', 403],
      ['null', 101],
    ]);
  });
});

describe('subprotocol', () => {
  const selected = async (port: number, offer: string | undefined) => {
    const answer = await upgrade(port, { headers: { 'Sec-WebSocket-Protocol': offer } });
    return [answer.status, answer.headers['sec-websocket-protocol']];
  };

  it('is mcp where it is offered, and none where none is', async () => {
    const { port } = await attached();
    expect(await selected(port, 'mcp')).toEqual([101, 'mcp']);
    expect(await selected(port, 'other, mcp')).toEqual([101, 'mcp']);
    expect(await selected(port, undefined)).toEqual([101, undefined]);
  });

  it('is refused where only unknown ones are offered', async () => {
    const { port, events } = await attached();
    expect(await selected(port, 'MCP')).toEqual([400, undefined]);
    expect(await selected(port, 'graphql-ws, soap')).toEqual([400, undefined]);
    expect(events.items).toMatchObject([
      { type: 'ws.rejected', status: 400, reason: 'subprotocol' },
      { type: 'ws.rejected', status: 400, reason: 'subprotocol' },
    ]);
  });

  it('is not selected from unknown ones, where these are taken', async () => {
    const { port } = await attached({ acceptUnknownSubprotocols: true });
    expect(await selected(port, 'mcp.auth.c2VjcmV0')).toEqual([101, undefined]);
    expect(await selected(port, 'mcp.auth.c2VjcmV0, mcp')).toEqual([101, 'mcp']);
  });

  it('follows the server’s preference, and never echoes a token', async () => {
    const { port } = await attached({ subprotocols: ['mcp.v2', 'mcp'] });
    expect(await selected(port, 'mcp.auth.c2VjcmV0, mcp, mcp.v2')).toEqual([101, 'mcp.v2']);
    expect(await selected(port, 'mcp.auth.c2VjcmV0')).toEqual([400, undefined]);
  });

  it('that is no list of tokens is refused', async () => {
    const { port, events } = await attached({ acceptUnknownSubprotocols: true });
    expect((await selected(port, 'mcp, a/b'))[0]).toBe(400);
    expect(events.items).toMatchObject([{ status: 400, reason: 'handshake' }]);
  });
});

describe('handshake', () => {
  it('that is none is refused before anybody is authenticated', async () => {
    let asked = 0;
    const { port, events } = await attached({
      authenticate: () => {
        asked += 1;
        return { token: 't', clientId: 'c', scopes: [] };
      },
    });
    const old = await upgrade(port, { headers: { 'Sec-WebSocket-Version': '8' } });
    expect(old).toMatchObject({ status: 426, headers: { 'sec-websocket-version': '13' } });
    const faults = [{ 'Sec-WebSocket-Key': 'short' }, { Upgrade: 'h2c, websocket' }];
    for (const headers of faults) expect((await upgrade(port, { headers })).status).toBe(400);
    expect((await upgrade(port, { method: 'POST' })).status).toBe(400);
    expect(asked).toBe(0);
    expect(events.items).toMatchObject(
      [426, 400, 400, 400].map((status) => ({ type: 'ws.rejected', status, reason: 'handshake' })),
    );
  });

  it('survives a client that resets at once', async () => {
    const { port, url } = await attached();
    const socket = await upgrading(port);
    socket.resetAndDestroy();
    await once(socket, 'close');
    const next = await peer(url);
    expect(next.socket.protocol).toBe('mcp');
  });

  it('hands on what the client sent together with it', async () => {
    const { port, received } = await attached();
    const socket = await upgrading(port);
    const text = JSON.stringify(ping(1));
    const head = Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]);
    socket.write(Buffer.concat([head, Buffer.from(text)]));
    const [first] = await received.first(1);
    expect(first?.message).toEqual(ping(1));
    await first?.transport.send(result(1));
  });
});
