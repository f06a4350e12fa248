import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createMcpClient } from '@x/preset';
import type { Variant, VariantContext } from '../../src/define.js';

const CALLERS = 32;

/** The preset as it comes, with room for two hundred connections and dials that end within a run. */
export default async function setup({ url, params }: VariantContext): Promise<Variant> {
  const client = createMcpClient({
    security: 'development',
    pool: { maxTotal: 256 },
    transport: { handshakeTimeoutMs: 2_000 },
  });
  const endpoints = Array.from({ length: 199 }, (_, n) => `${url}?n=${n}`);
  const call = (endpoint: string) => client.callTool(endpoint, 'echo', {}, { idempotent: true });
  const hole = params.blackHole ? await startBlackHole(call) : undefined;
  return {
    async run(ops) {
      for (let round = 0; round < ops; round++) await Promise.all(endpoints.map(call));
    },
    async close() {
      hole?.close();
      await client.close();
    },
  };
}

/** A server that takes connections and never answers, and callers who do not give up on it. */
async function startBlackHole(call: (endpoint: string) => Promise<unknown>) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
  let open = true;
  const insist = async () => {
    while (open) {
      await call(url).catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  for (let caller = 0; caller < CALLERS; caller++) void insist();
  return {
    close() {
      open = false;
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
