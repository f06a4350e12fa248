import { attachWebSocket, serveTransport } from '@x/transport-ws/server';
import express from 'express';
import { createServer } from './tools.js';

const app = express();
app.get('/', (_request, response) => {
  response.send('MCP is at /mcp');
});

const httpServer = app.listen(8080, '127.0.0.1');
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
