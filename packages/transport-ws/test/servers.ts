import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import net, { type AddressInfo, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TlsOptions } from 'node:tls';
import { onTestFinished } from 'vitest';
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import { serverCertificate, serverKey } from './certificates.js';
import { Log } from './log.js';

// Servers that have nothing of this package in them. Each is gone when its test has finished.

interface Listening {
  readonly port: number;
  /** `ws://127.0.0.1:port/mcp`, or `wss://localhost:port/mcp` */
  readonly url: string;
}

export interface WsPeer extends Listening {
  readonly sockets: Log<WebSocket>;
  /** Text of every message that came in, on whichever connection. */
  readonly messages: Log<string>;
  /** Headers of every upgrade. */
  readonly upgrades: Log<Readonly<Record<string, string | string[] | undefined>>>;
}

interface WsPeerOptions extends ServerOptions {
  readonly tls?: TlsOptions | true;
  readonly listenOn?: string;
  readonly onSocket?: (socket: WebSocket) => void;
}

/** The `ws` package's own server, which answers nothing by itself. */
export async function wsPeer(given: WsPeerOptions = {}): Promise<WsPeer> {
  const { tls, listenOn, onSocket, ...options } = given;
  const http =
    tls === undefined
      ? createServer()
      : createTlsServer({ cert: serverCertificate, key: serverKey, ...(tls === true ? {} : tls) });
  const server = new WebSocketServer({ server: http, path: '/mcp', ...options });
  const peer = {
    sockets: new Log<WebSocket>(),
    messages: new Log<string>(),
    upgrades: new Log<WsPeer['upgrades']['items'][number]>(),
  };
  http.on('upgrade', ({ headers }) => peer.upgrades.push(headers));
  server.on('connection', (socket) => {
    // Peers that break the rules do so on purpose here.
    socket.on('error', () => {});
    socket.on('message', (data) => peer.messages.push(data.toString()));
    onSocket?.(socket);
    peer.sockets.push(socket);
  });
  const port = await listen(http, listenOn);
  onTestFinished(async () => {
    for (const socket of server.clients) socket.terminate();
    server.close();
    await closed(http);
  });
  const origin = tls === undefined ? `ws://127.0.0.1:${port}` : `wss://localhost:${port}`;
  return { ...peer, port, url: `${origin}/mcp` };
}

/** Answers every upgrade with an HTTP response. */
export async function refusingPeer(
  status: number,
  headers: Readonly<Record<string, string>> = {},
): Promise<Listening & { readonly requests: Log<string> }> {
  const requests = new Log<string>();
  const answer: RequestListener = (_request, response) => response.writeHead(status).end();
  const http = createServer(answer);
  http.on('upgrade', (request, socket: Duplex) => {
    requests.push(request.url ?? '');
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.end(`HTTP/1.1 ${status} No\r\n${lines.join('')}content-length: 6\r\n\r\nsorry!`);
  });
  const port = await listen(http);
  onTestFinished(() => closed(http));
  return { port, url: `ws://127.0.0.1:${port}/mcp`, requests };
}

export interface RawPeer extends Listening {
  readonly sockets: Log<Socket>;
}

/** TCP and nothing else: what is done with a connection is the test's business. */
export async function tcpPeer(onSocket: (socket: Socket) => void = () => {}): Promise<RawPeer> {
  const sockets = new Log<Socket>();
  const server = net.createServer((socket) => {
    socket.on('error', () => {});
    sockets.push(socket);
    onSocket(socket);
  });
  const port = await listen(server);
  onTestFinished(async () => {
    for (const socket of sockets.items) socket.destroy();
    await closed(server);
  });
  return { port, url: `ws://127.0.0.1:${port}/mcp`, sockets };
}

/** A WebSocket server by hand, so that every byte behind the handshake is the test's. */
export function rawPeer(
  onOpen: (socket: Socket, headers: Readonly<Record<string, string>>) => void = () => {},
  { protocol = 'mcp', extensions = '' } = {},
): Promise<RawPeer> {
  return tcpPeer((socket) => {
    let head = '';
    const onData = (chunk: Buffer): void => {
      head += chunk.toString('latin1');
      if (!head.includes('\r\n\r\n')) return;
      socket.off('data', onData);
      const headers = readHeaders(head);
      socket.write(acceptUpgrade(headers, protocol, extensions));
      onOpen(socket, headers);
      socket.resume();
    };
    socket.on('data', onData);
  });
}

/** The headers of a request. */
export function readHeaders(head: string): Record<string, string> {
  const lines = head.split('\r\n').slice(1);
  return Object.fromEntries(
    lines
      .filter((line) => line.includes(':'))
      .map((line) => [
        line.slice(0, line.indexOf(':')).toLowerCase(),
        line.slice(line.indexOf(':') + 1).trim(),
      ]),
  );
}

/** The 101 that opens a WebSocket (RFC 6455, section 4.2.2). */
export function acceptUpgrade(
  headers: Readonly<Record<string, string>>,
  protocol = '',
  extensions = '',
): string {
  const key = headers['sec-websocket-key'] ?? '';
  const digest = createHash('sha1')
    .update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest('base64');
  const lines = [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${digest}`,
    ...(protocol ? [`Sec-WebSocket-Protocol: ${protocol}`] : []),
    ...(extensions ? [`Sec-WebSocket-Extensions: ${extensions}`] : []),
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}

interface FrameOptions {
  readonly opcode?: number;
  readonly fin?: boolean;
  readonly compressed?: boolean;
}

/** One frame of a server (RFC 6455, section 5.2), a text frame unless told otherwise. */
export function frame(payload: string | Buffer | object, options: FrameOptions = {}): Buffer {
  const { opcode = 1, fin = true, compressed = false } = options;
  const body = Buffer.isBuffer(payload)
    ? payload
    : Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
  const first = (fin ? 0x80 : 0) | (compressed ? 0x40 : 0) | opcode;
  let head: Buffer;
  if (body.length < 126) head = Buffer.from([first, body.length]);
  else if (body.length < 65_536) {
    head = Buffer.from([first, 126, 0, 0]);
    head.writeUInt16BE(body.length, 2);
  } else {
    head = Buffer.from([first, 127, 0, 0, 0, 0, 0, 0, 0, 0]);
    head.writeBigUInt64BE(BigInt(body.length), 2);
  }
  return Buffer.concat([head, body]);
}

export interface Proxy extends Listening {
  /** From here on nothing passes, in either direction, and nobody is told. */
  swallow(): void;
}

/** A TCP proxy in front of a port of this machine. */
export async function tcpProxy(target: number): Promise<Proxy> {
  let swallowing = false;
  const peer = await tcpPeer((near) => {
    const far = net.connect(target, '127.0.0.1');
    far.on('error', () => {});
    near.on('data', (chunk) => swallowing || far.write(chunk));
    far.on('data', (chunk) => swallowing || near.write(chunk));
    near.on('close', () => far.destroy());
    far.on('close', () => swallowing || near.destroy());
  });
  return {
    port: peer.port,
    url: peer.url,
    swallow() {
      swallowing = true;
    },
  };
}

async function listen(server: net.Server, host = '127.0.0.1'): Promise<number> {
  server.listen(0, host);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const closed = (server: net.Server) =>
  new Promise<void>((resolve) => {
    (server as { closeAllConnections?: () => void }).closeAllConnections?.();
    server.close(() => resolve());
  });
