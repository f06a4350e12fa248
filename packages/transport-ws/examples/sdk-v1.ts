import { createServer } from 'node:http';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { attachWebSocket } from '@x/transport-ws/server';

const httpServer = createServer((_request, response) => {
  response.writeHead(404).end();
});
const mcp = attachWebSocket(httpServer, {}, async (transport) => {
  const server = new McpServer({ name: 'example', version: '1.0.0' });
  server.registerTool('who', {}, (extra) => ({
    content: [{ type: 'text', text: extra.authInfo?.clientId ?? 'anybody' }],
  }));
  await server.connect(transport);
});
httpServer.listen(8080, '127.0.0.1');

process.once('SIGTERM', async () => {
  await mcp.drain();
  await mcp.close();
  httpServer.close();
});
