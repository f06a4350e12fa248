import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { attachWebSocket, type WebSocketServerTransport } from '@x/transport-ws/server';

/** Each connection is a process of its own. */
const MAX_CONNECTIONS = 8;

const PACKAGE = '@modelcontextprotocol/server-everything';

/** A public MCP server that speaks stdio only, behind a WebSocket of ours. */
export async function startEverythingServer() {
  const httpServer = createServer((_request, response) => response.writeHead(426).end());
  const children = new Set<Promise<void>>();
  const attachment = attachWebSocket(
    httpServer,
    { maxConnections: MAX_CONNECTIONS },
    async (transport) => {
      const ended = bridge(transport);
      children.add(ended);
      await ended.finally(() => children.delete(ended));
    },
  );
  await new Promise<void>((resolve, reject) => {
    httpServer.once('error', reject);
    httpServer.listen(0, '127.0.0.1', resolve);
  });
  const { port } = httpServer.address() as AddressInfo;
  return {
    url: `ws://127.0.0.1:${port}/mcp`,
    async close(): Promise<void> {
      await attachment.close();
      await Promise.allSettled(children);
      httpServer.closeAllConnections();
      await new Promise((resolve) => httpServer.close(resolve));
    },
  };
}

/** Passes messages between a connection and a child; resolves when both have ended. */
async function bridge(transport: WebSocketServerTransport): Promise<void> {
  const entry = createRequire(import.meta.url).resolve(`${PACKAGE}/dist/index.js`);
  const child = new StdioClientTransport({
    command: process.execPath,
    args: [entry, 'stdio'],
    stderr: 'ignore',
  });
  const childClosed = new Promise<void>((resolve) => {
    child.onclose = resolve;
  });
  // What cannot be passed on ends the connection: its client then knows, instead of waiting.
  const broken = (): void => void transport.close(1011);
  child.onmessage = (message) => void transport.send(message).catch(() => {});
  child.onerror = broken;
  transport.onmessage = (message) => void child.send(message as never).catch(broken);
  await child.start();
  await transport.start();
  await Promise.race([transport.closed, childClosed]);
  await Promise.all([child.close(), transport.close(1011)]);
}
