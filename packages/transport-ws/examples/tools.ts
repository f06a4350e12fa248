import { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';

/** The server that the examples serve, in the place of yours. */
export function createServer(): McpServer {
  const server = new McpServer({ name: 'example', version: '1.0.0' });
  server.registerTool(
    'add',
    { description: 'Adds two numbers', inputSchema: z.object({ a: z.number(), b: z.number() }) },
    async ({ a, b }) => ({ content: [{ type: 'text', text: `${a + b}` }] }),
  );
  return server;
}
