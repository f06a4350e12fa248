// The echo server, reached over WebSocket and over Streamable HTTP: one port, one process, the same
// answers made beforehand, each as one JSON body, so that HTTP pays for nothing but itself.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import type { BenchServer } from '../../src/define.js';
import { answering, serve } from './echo.js';

/** Serves on a free port of loopback; `http:` instead of `ws:` in the URL is the other way in. */
export default async function start(): Promise<BenchServer> {
  const answer = answering('ok');
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = chunks.length > 0 ? Buffer.concat(chunks).toString() : undefined;
    const reply = body && answer(body);
    if (reply) response.writeHead(200, { 'Content-Type': 'application/json' }).end(reply);
    // Notifications are taken; there is no stream to GET.
    else response.writeHead(body ? 202 : 405).end();
  });
  const sockets = new WebSocketServer({ server, path: '/mcp' });
  sockets.on('connection', (socket) => serve(socket, 'ok'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `ws://127.0.0.1:${port}/mcp`,
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
