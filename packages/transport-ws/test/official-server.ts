import { McpServer, type Transport } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import type { WebSocket } from 'ws';
import { z } from 'zod';
import { Log } from './log.js';
import { type WsPeer, wsPeer } from './servers.js';

export interface OfficialServer extends WsPeer {
  /** One entry for each `hang` that was cancelled. */
  readonly cancelled: Log<void>;
  /** One entry for each `echo` that ran. */
  readonly echoed: Log<string>;
}

/** The official server of SDK v2, both eras, over bare `ws`: nothing of this package is in it. */
export async function officialServer(): Promise<OfficialServer> {
  const cancelled = new Log<void>();
  const echoed = new Log<string>();
  const peer = await wsPeer({
    onSocket: (socket) => serveOfficially(socket, cancelled, echoed),
  });
  return { ...peer, cancelled, echoed };
}

/** Puts an official server on one accepted socket. */
export function serveOfficially(
  socket: WebSocket,
  cancelled = new Log<void>(),
  echoed = new Log<string>(),
): void {
  serveStdio(() => makeServer(cancelled, echoed), { transport: bridge(socket) });
}

function bridge(socket: WebSocket): Transport {
  const transport: Transport = {
    start: async () => {
      socket.on('message', (data) => transport.onmessage?.(JSON.parse(data.toString())));
      socket.on('close', () => transport.onclose?.());
    },
    send: async (message) => socket.send(JSON.stringify(message)),
    close: async () => socket.close(),
  };
  return transport;
}

function makeServer(cancelled: Log<void>, echoed: Log<string>): McpServer {
  const server = new McpServer({ name: 'official', version: '1.0.0' });
  const said = (text: string, _meta = {}) => ({
    content: [{ type: 'text' as const, text }],
    _meta,
  });
  server.registerTool('echo', { inputSchema: z.object({ text: z.string() }) }, ({ text }) => {
    echoed.push(text);
    return said(text, { 'com.example/unknown': { deep: [text] } });
  });
  server.registerTool(
    'echo-after',
    { inputSchema: z.object({ other: z.string() }) },
    async ({ other }) => {
      await echoed.find((text) => text === other);
      return said('late');
    },
  );
  server.registerTool('fail', {}, () => {
    throw new Error('of the tool');
  });
  server.registerTool(
    'hang',
    {},
    ({ mcpReq: { signal } }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          cancelled.push();
          reject(signal.reason);
        });
      }),
  );
  server.registerTool('add-tool', {}, () => {
    server.registerTool('added', {}, () => said('added'));
    return said('ok');
  });
  return server;
}
