import { McpServer } from '@modelcontextprotocol/server';
import { serveWebSocket } from '@x/transport-ws/server';
import { z } from 'zod';

/** A server to try the client on. */
export const server = await serveWebSocket(() => {
  const mcp = new McpServer({ name: 'demo', version: '1.0.0' });
  mcp.registerTool(
    'add',
    {
      inputSchema: z.object({ a: z.number(), b: z.number() }),
      annotations: { readOnlyHint: true },
    },
    async ({ a, b }) => ({ content: [{ type: 'text', text: String(a + b) }] }),
  );
  return mcp;
});
