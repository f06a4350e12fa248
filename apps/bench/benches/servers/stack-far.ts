// The echo server, 20 ms away: a TCP proxy that hands on each chunk 20 ms late, both ways.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { BenchServer } from '../../src/define.js';
import startEcho from './echo.js';

const EACH_WAY_MS = 20;

export default async function start(): Promise<BenchServer> {
  const echo = await startEcho();
  const { port } = new URL(echo.url);
  const sockets = new Set<Socket>();
  const proxy = createServer((client) => {
    const server = connect({ port: Number(port), host: '127.0.0.1', noDelay: true });
    client.setNoDelay(true);
    handOn(client, server);
    handOn(server, client);
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
    }
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    url: `ws://127.0.0.1:${(proxy.address() as AddressInfo).port}/mcp`,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => proxy.close(resolve));
      await echo.close();
    },
  };
}

function handOn(from: Socket, to: Socket): void {
  from.on('data', (chunk) => setTimeout(() => to.write(chunk), EACH_WAY_MS));
  from.on('end', () => setTimeout(() => to.end(), EACH_WAY_MS));
  from.on('close', () => to.destroy());
}
