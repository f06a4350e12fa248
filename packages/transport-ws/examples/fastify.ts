import { attachWebSocket, serveTransport } from '@x/transport-ws/server';
import fastify from 'fastify';
import { createServer } from './tools.js';

const app = fastify();
app.get('/', async () => 'MCP is at /mcp');

const mcp = attachWebSocket(
  app.server,
  {},
  serveTransport(() => createServer()),
);
app.addHook('preClose', async () => {
  await mcp.drain();
  await mcp.close();
});

await app.listen({ port: 8080, host: '127.0.0.1' });
process.once('SIGTERM', () => app.close());
