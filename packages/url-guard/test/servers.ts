import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket, Server as TcpServer } from 'node:net';
import { onTestFinished } from 'vitest';
import { cert, key } from './certificate.js';

export interface Running<Listening = Server> {
  readonly server: Listening;
  readonly port: number;
}

/** Listens until the test is over. */
export async function listen<Listening extends TcpServer>(
  server: Listening,
  host = '127.0.0.1',
  port = 0,
): Promise<Running<Listening>> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { server, port: (server.address() as AddressInfo).port };
}

export const serve = (listener: RequestListener, host?: string, port?: number) =>
  listen(createServer(listener), host, port);

export const serveTls = (listener: RequestListener) =>
  listen(createTlsServer({ cert, key }, listener));
