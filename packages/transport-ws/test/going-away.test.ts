import { McpServer } from '@modelcontextprotocol/server';
import { afterEach, expect, test } from 'vitest';
import { WebSocketClientTransport } from '../src/index.js';
import { type ServeWebSocketOptions, serveWebSocket } from '../src/server.js';

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A connection on which a tool runs until it is let go. */
async function runningTool(options: ServeWebSocketOptions) {
  let letGo = () => {};
  let onRun = () => {};
  const runs = new Promise<void>((resolve) => {
    onRun = resolve;
  });
  const server = await serveWebSocket(() => {
    const mcp = new McpServer({ name: 'slow', version: '1.0.0' });
    mcp.registerTool('work', {}, async () => {
      onRun();
      await new Promise<void>((resolve) => {
        letGo = resolve;
      });
      return { content: [] };
    });
    return mcp;
  }, options);
  const client = new WebSocketClientTransport(server.url);
  cleanups.push(
    () => server.close(),
    () => client.close(),
    () => letGo(),
  );
  await client.start();
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1.0.0' },
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const params = { name: 'work', arguments: {}, _meta };
  await client.send({ jsonrpc: '2.0', id: 1, method: 'tools/call', params });
  await runs;
  return { server, client, letGo: () => letGo() };
}

test('a server that has answered everything vouches that nothing else has run', async () => {
  const { server, client, letGo } = await runningTool({});
  const drained = server.drain();
  letGo();
  await drained;
  expect(await client.closed).toMatchObject({ code: 1001, redial: true, delivery: 'not-sent' });
});

test('a server that gives up on a running request does not', async () => {
  const { server, client } = await runningTool({ drainTimeoutMs: 1 });
  await server.drain();
  expect(await client.closed).toMatchObject({ code: 1001, redial: true });
  expect(await client.closed).not.toHaveProperty('delivery');
});
