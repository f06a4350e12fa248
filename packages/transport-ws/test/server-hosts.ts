import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { AttachWebSocketOptions, OnTransport, ServerTransportEvent } from '../src/server.js';
import {
  type AuthInfo,
  attachWebSocket,
  type WebSocketAttachment,
  type WebSocketServerTransport,
} from '../src/server.js';
import { Log } from './log.js';

// Servers of this package below the MCP layer: the test is the server of each transport.

export interface Received {
  readonly transport: WebSocketServerTransport;
  // biome-ignore lint/suspicious/noExplicitAny: what a client sent is looked into freely here
  readonly message: any;
  readonly extra: { readonly authInfo?: AuthInfo } | undefined;
}

export interface Attached {
  readonly http: Server;
  readonly port: number;
  readonly url: string;
  readonly attachment: WebSocketAttachment;
  readonly transports: Log<WebSocketServerTransport>;
  readonly contexts: { request: IncomingMessage; authInfo?: AuthInfo }[];
  readonly received: Log<Received>;
  readonly errors: Log<Error>;
  readonly events: Log<ServerTransportEvent>;
  /** Counts calls of `onclose`. */
  readonly ended: Log<WebSocketServerTransport>;
}

/** An http server with `attachWebSocket` on it; transports are started and answer nothing. */
export async function attached(
  options: AttachWebSocketOptions = {},
  onTransport?: OnTransport,
  { host = '127.0.0.1' } = {},
): Promise<Attached> {
  const http = await httpServer(host);
  const { port } = http.address() as AddressInfo;
  const transports = new Log<WebSocketServerTransport>();
  const received = new Log<Received>();
  const errors = new Log<Error>();
  const ended = new Log<WebSocketServerTransport>();
  const events = new Log<ServerTransportEvent>();
  const contexts: Attached['contexts'] = [];
  const attachment = attachWebSocket(
    http,
    { observer: events.push, ...options },
    (transport, context) => {
      contexts.push(context);
      transport.onmessage = (message, extra) => received.push({ transport, message, extra });
      transport.onerror = errors.push;
      transport.onclose = () => ended.push(transport);
      transports.push(transport);
      return onTransport ? onTransport(transport, context) : transport.start();
    },
  );
  onTestFinished(() => attachment.close());
  const url = `ws://${host.includes(':') ? `[${host}]` : host}:${port}${options.path ?? '/mcp'}`;
  return { http, port, url, attachment, transports, contexts, received, errors, events, ended };
}

/** An http server that knows nothing, on any free port. */
export async function httpServer(host = '127.0.0.1'): Promise<Server> {
  const http = createServer((_request, response) => response.writeHead(404).end());
  http.listen(0, host);
  await once(http, 'listening');
  onTestFinished(() => {
    http.closeAllConnections();
    http.close();
  });
  return http;
}

export const ping = (id: number | string) => ({ jsonrpc: '2.0', id, method: 'ping' });
export const notification = (n: number) => ({
  jsonrpc: '2.0',
  method: 'notifications/progress',
  params: { progressToken: 1, progress: n },
});
export const result = (id: number | string, value: object = {}) => ({
  jsonrpc: '2.0',
  id,
  result: value,
});
