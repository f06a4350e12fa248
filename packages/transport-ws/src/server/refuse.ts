import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { RejectReason } from '../events.js';

/** How long a refused client has to take its answer. */
const LINGER_MS = 1_000;

export interface Refusal {
  readonly status: number;
  readonly reason: RejectReason;
  /** Pairs, because cookies are set one by one. */
  readonly headers?: readonly [name: string, value: string][];
  readonly body?: string;
}

/** Answers an upgrade request with an HTTP status, and ends its connection. */
export function refuse(socket: Duplex, { status, reason, headers, body = reason }: Refusal): void {
  if (socket.destroyed || !socket.writable) return;
  // Headers, so that a name is there once, however it is written.
  const head = new Headers(headers as [string, string][]);
  if (!head.has('Content-Type')) head.set('Content-Type', 'text/plain; charset=utf-8');
  head.set('Connection', 'close');
  head.set('Content-Length', String(Buffer.byteLength(body)));
  const lines = [...head].map(([name, value]) => `${name}: ${value}\r\n`);
  socket.on('error', () => socket.destroy());
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  timer.unref();
  socket.once('close', () => clearTimeout(timer));
  socket.once('finish', () => socket.destroy());
  // What lies unread when a socket is closed makes the kernel reset it, and the answer is lost.
  socket.resume();
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`);
}

/** What may be said of a Response that `authenticate` returned. */
export async function refusalOf(response: Response): Promise<Refusal> {
  const headers: [string, string][] = [];
  response.headers.forEach((value, name) => {
    // The frame of the answer is ours.
    if (!/^(connection|content-length|transfer-encoding|upgrade)$/i.test(name)) {
      headers.push([name, value]);
    }
  });
  // A success in answer to "who are you" would not be one of the upgrade.
  const status = response.status >= 400 && response.status <= 599 ? response.status : 401;
  return { status, reason: 'authenticate', headers, body: await response.text() };
}
