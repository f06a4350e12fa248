import { serve } from '@hono/node-server';
import { attachWebSocket, serveTransport } from '@x/transport-ws/server';
import { Hono } from 'hono';
import { createServer } from './tools.js';

const app = new Hono();
app.get('/', (context) => context.text('MCP is at /mcp'));

const httpServer = serve({ fetch: app.fetch, port: 8080, hostname: '127.0.0.1' });
const mcp = attachWebSocket(
  httpServer,
  {},
  serveTransport(() => createServer()),
);

process.once('SIGTERM', async () => {
  await mcp.drain();
  await mcp.close();
  httpServer.close();
});
