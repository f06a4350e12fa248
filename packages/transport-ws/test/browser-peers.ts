import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { TestProject } from 'vitest/node';
import { type WebSocket, WebSocketServer } from 'ws';
import { serveChatter } from './chatter.js';
import { serveOfficially } from './official-server.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where `test/browser-peers.ts` listens: `ws://127.0.0.1:port`. */
    transportWsPeers: string;
  }
}

/** The servers of the browser tests; which one answers is decided by the path. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const http = createServer();
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 8 * 1024 * 1024 });
  const silent = new WebSocketServer({ noServer: true, handleProtocols: () => false });
  /** How the connections of `/scripted?name` ended, by name. */
  const closes = new Map<string, number>();
  const open = new Set<Socket>();
  http.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  http.on('upgrade', (request, socket, head) => {
    const { pathname, search } = new URL(request.url ?? '/', 'ws://peers');
    if (pathname === '/refused') {
      socket.end('HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n');
      return;
    }
    if (pathname === '/never') return;
    const server = pathname === '/no-subprotocol' ? silent : sockets;
    server.handleUpgrade(request, socket, head, (ws) => {
      if (pathname === '/official') serveOfficially(ws);
      else if (pathname === '/chatter') serveChatter(ws);
      else serveScript(ws, search, closes);
    });
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  project.provide('transportWsPeers', `ws://127.0.0.1:${(http.address() as AddressInfo).port}`);
  return async () => {
    for (const socket of open) socket.destroy();
    http.close();
    await once(http, 'close');
  };
}

/** Does what each request's method says. */
function serveScript(ws: WebSocket, name: string, closes: Map<string, number>): void {
  ws.on('close', (code) => closes.set(name, code));
  ws.on('message', (data) => {
    const { id, method, params = {} } = JSON.parse(data.toString());
    const answer = (result: object) => ws.send(JSON.stringify({ jsonrpc: '2.0', id, result }));
    if (method === 'size') answer({ bytes: (data as Buffer).length });
    else if (method === 'big') answer({ text: 'x'.repeat(params.length) });
    else if (method === 'binary') ws.send(Buffer.of(1));
    else if (method === 'malformed') ws.send('{');
    else if (method === 'close') ws.close(params.code, 'on request');
    else if (method === 'kill') ws.terminate();
    else if (method === 'close-of') answer({ code: closes.get(params.name) });
  });
}
