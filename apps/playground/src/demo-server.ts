import { McpServer } from '@modelcontextprotocol/server';
import { type ServerContext, serveWebSocket } from '@x/transport-ws/server';
import { z } from 'zod';

/** An MCP server on the official SDK, listening on a free port of loopback. */
export function startDemoServer() {
  let calls = 0;
  return serveWebSocket(({ era, request }: ServerContext) => {
    const server = new McpServer({ name: 'demo', version: '1.0.0' });
    const say = (text: string) => ({ content: [{ type: 'text' as const, text }] });

    server.registerTool(
      'add',
      {
        description: 'Adds two numbers.',
        inputSchema: z.object({ a: z.number(), b: z.number() }),
        annotations: { readOnlyHint: true },
      },
      ({ a, b }) => say(String(a + b)),
    );
    server.registerTool(
      'era',
      { description: 'Says which protocol era this connection speaks.' },
      () => say(era),
    );
    server.registerTool(
      'countdown',
      {
        description: 'Counts down, reporting progress.',
        inputSchema: z.object({ from: z.number().int().min(1).max(50) }),
      },
      async ({ from }, { mcpReq }) => {
        const progressToken = mcpReq._meta?.progressToken;
        for (let left = from; left > 0; left -= 1) {
          await new Promise((resolve) => setTimeout(resolve, 100));
          if (progressToken === undefined) continue;
          await mcpReq.notify({
            method: 'notifications/progress',
            params: { progressToken, progress: from - left + 1, total: from },
          });
        }
        return say('lift-off');
      },
    );
    server.registerTool(
      'cut',
      {
        description:
          'Cuts its own connection, to show what becomes of a call that may or may not have run.',
      },
      () => {
        calls += 1;
        request.socket.destroy();
        return say(`never seen (${calls})`);
      },
    );
    server.registerTool(
      'cuts',
      {
        description: 'Counts how often "cut" has run: once for each call, never twice.',
        annotations: { readOnlyHint: true },
      },
      () => say(String(calls)),
    );
    return server;
  });
}
