import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { McpServer } from '@modelcontextprotocol/server';
import { attachWebSocket, serveWebSocket } from '@x/transport-ws/server';
import { WebSocketServer } from 'ws';
import type { Variant, VariantContext } from '../../src/define.js';

// Every round keeps its connections.
const maxConnections = 100_000;

/** What makes a server: it calls `onReady` for each connection that is all set, and tells its port. */
const sides: Record<string, (onReady: () => void) => Promise<number>> = {
  async raw(onReady) {
    const sockets = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    sockets.on('connection', (socket) => {
      socket.on('message', (data) => JSON.parse(data.toString()));
      socket.on('error', () => {});
      socket.on('close', () => {});
      onReady();
    });
    await once(sockets, 'listening');
    return (sockets.address() as AddressInfo).port;
  },
  async ours(onReady) {
    const http = createServer();
    attachWebSocket(http, { maxConnections }, async (transport) => {
      transport.onmessage = () => {};
      transport.onerror = () => {};
      transport.onclose = () => {};
      await transport.start();
      onReady();
    });
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    return (http.address() as AddressInfo).port;
  },
  async sdk(onReady) {
    const handle = await serveWebSocket(
      () => {
        const server = new McpServer(
          { name: 'idle', version: '1.0.0' },
          { capabilities: { tools: {} } },
        );
        server.server.oninitialized = onReady;
        return server;
      },
      { maxConnections },
    );
    return handle.port;
  },
};

/** Connections that stay open and say nothing (or `initialize` only), held by another process. */
export default async function setup({ params }: VariantContext): Promise<Variant> {
  const side = String(params.side);
  let ready = 0;
  let wanted = 0;
  let onAll = () => {};
  const port = await sides[side]?.(() => {
    ready += 1;
    if (ready === wanted) onAll();
  });
  const dialler = fork(new URL('./idle-dialler.ts', import.meta.url), [String(port), side]);
  return {
    async run(ops) {
      wanted = ready + ops;
      await new Promise<void>((resolve) => {
        onAll = resolve;
        dialler.send(ops);
      });
      // What dialling left behind is not what idle connections keep.
      for (let times = 0; times < 3; times += 1) {
        globalThis.gc?.();
        await setTimeout(100);
      }
    },
    close: () => void dialler.kill('SIGKILL'),
  };
}
