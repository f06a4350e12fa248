import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { cert, key } from './certificate.js';

export interface Running {
  readonly server: Server;
  readonly port: number;
}

/** Listens until the test is over. */
export async function listen(server: Server, host = '127.0.0.1', port = 0): Promise<Running> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { server, port: (server.address() as AddressInfo).port };
}

export const serve = (listener: RequestListener, host?: string, port?: number) =>
  listen(createServer(listener), host, port);

export const serveTls = (listener: RequestListener) =>
  listen(createTlsServer({ cert, key }, listener));
