import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { request as secureRequest } from 'node:https';
import net, { type AddressInfo, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { type ClientOptions, WebSocket } from 'ws';
import type { FakeClock } from './fake-clock.js';
import { Log } from './log.js';

// Clients that have nothing of this package in them. Each is gone when its test has finished.

// biome-ignore lint/suspicious/noExplicitAny: what a server answers is looked into freely here
export type Answer = any;

export interface Peer {
  readonly socket: WebSocket;
  readonly answers: Log<Answer>;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  /** A text goes as it is, anything else as JSON. */
  send(message: unknown): void;
  /** The answer with this id. */
  answer(id: unknown): Promise<Answer>;
}

/** The `ws` package's client, once it is open. */
export async function peer(
  url: string,
  options: ClientOptions & { subprotocols?: string[] } = {},
): Promise<Peer> {
  const { subprotocols = ['mcp'], ...rest } = options;
  const socket = new WebSocket(url, subprotocols, { perMessageDeflate: false, ...rest });
  onTestFinished(() => socket.terminate());
  const answers = new Log<Answer>();
  socket.on('message', (data) => answers.push(JSON.parse(data.toString())));
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() })),
  );
  await once(socket, 'open');
  // A peer that broke the rules is cut off.
  socket.on('error', () => {});
  return {
    socket,
    answers,
    closed,
    send: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    answer: (id) => answers.find((answer) => answer.id === id && !('method' in answer)),
  };
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export const HANDSHAKE = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

interface Asked {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Record<string, string | undefined>;
  readonly address?: string;
  readonly tls?: { readonly ca: string };
}

/** What a server answers to an upgrade request; 101 if it accepts (the socket is dropped then). */
export function upgrade(
  port: number,
  { path = '/mcp', headers = {}, ...rest }: Asked = {},
): Promise<HttpAnswer> {
  return ask(port, { path, headers: { ...HANDSHAKE, ...headers }, ...rest });
}

/** What a server answers to a plain request. */
export function ask(
  port: number,
  { path = '/', method = 'GET', headers = {}, address = '127.0.0.1', tls }: Asked = {},
): Promise<HttpAnswer> {
  const given = Object.entries(headers).filter(([, value]) => value !== undefined);
  return new Promise((resolve, reject) => {
    const options = {
      port,
      path,
      method,
      host: address,
      agent: false as const,
      headers: Object.fromEntries(given) as Record<string, string>,
      // As it stands in `headers`, odd spellings too.
      setHost: headers.Host === undefined,
    };
    const asking = tls === undefined ? request(options) : secureRequest({ ...options, ...tls });
    asking.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve({ status: 101, headers: response.headers, body: '' });
    });
    asking.on('response', async (response) => {
      let body = '';
      for await (const chunk of response) body += chunk;
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
    });
    asking.on('error', reject);
    asking.end();
  });
}

/** A TCP connection that has asked for the upgrade, and waits for what becomes of it. */
export async function upgrading(port: number): Promise<Socket> {
  const socket = net.connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  const head = Object.entries(HANDSHAKE).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`GET /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\n${head.join('')}\r\n`);
  return socket;
}

/** A TCP connection that was upgraded: the test writes the frames. */
export async function rawPeer(port: number): Promise<Socket> {
  const socket = await upgrading(port);
  socket.on('error', () => {});
  await once(socket, 'data');
  return socket;
}

/** One WebSocket frame as a client sends it: masked, with a mask of zeros. */
export function frame(payload: string | Buffer, opcode = 0x81): Buffer {
  const data = Buffer.from(payload);
  const { length } = data;
  const head =
    length < 126
      ? Buffer.from([opcode, 0x80 | length])
      : length < 65_536
        ? Buffer.from([opcode, 0x80 | 126, length >> 8, length & 0xff])
        : Buffer.from([opcode, 0x80 | 127, 0, 0, 0, 0, ...bytes32(length)]);
  return Buffer.concat([head, Buffer.alloc(4), data]);
}

const bytes32 = (n: number) => [n >>> 24, (n >>> 16) & 0xff, (n >>> 8) & 0xff, n & 0xff];

/** A TCP proxy that can stop handing on what it reads, in both directions, without a word. */
export async function swallowingProxy(target: number) {
  const pairs: Socket[] = [];
  let swallow = false;
  const server = net.createServer((near) => {
    const far = net.connect(target, '127.0.0.1');
    pairs.push(near, far);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('data', (data) => swallow || to.write(data));
      from.on('close', () => swallow || to.destroy());
      from.on('error', () => {});
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of pairs) socket.destroy();
    server.close();
  });
  return {
    port: (server.address() as AddressInfo).port,
    swallow: () => {
      swallow = true;
    },
  };
}

/** A TCP proxy that is slow towards the client, in the time of a clock that it moves itself. */
export async function slowProxy(target: number, clock: FakeClock, bytesPerSecond: number) {
  const CHUNK_BYTES = 32_768;
  const pairs: Socket[] = [];
  const server = net.createServer((near) => {
    const far = net.connect(target, '127.0.0.1');
    pairs.push(near, far);
    near.on('data', (data) => far.write(data));
    near.on('error', () => {});
    near.on('close', () => far.destroy());
    far.on('error', () => near.destroy());
    far.on('end', () => near.end());
    let passing = false;
    const pass = (): void => {
      const chunk = far.read(Math.min(far.readableLength, CHUNK_BYTES)) as Buffer | null;
      passing = chunk !== null;
      if (chunk === null) return;
      near.write(chunk, () => {
        clock.advance((chunk.length / bytesPerSecond) * 1_000);
        // The rest of the world gets a turn for each.
        setImmediate(pass);
      });
    };
    far.on('readable', () => passing || pass());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of pairs) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port };
}
