// Services of one, two and four server processes, each behind a TCP balancer of its own. A server
// can do one thing at a time, and that takes 2 ms of waiting and next to no CPU: so it is the
// servers that are short, even where they, the balancers and the client share two cores.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { BenchServer } from '../../src/define.js';

const SIZES = [1, 2, 4];

/** Of the URL, `?ports=` lists the balancers by the number of their servers. */
export default async function start(): Promise<BenchServer> {
  const total = SIZES.reduce((sum, size) => sum + size, 0);
  const children = await Promise.all(Array.from({ length: total }, startBackend));
  const left = [...children];
  const balancers = await Promise.all(
    SIZES.map((size) => startBalancer(left.splice(0, size).map(({ port }) => port))),
  );
  const ports = balancers.map(({ port }) => port).join();
  return {
    url: `ws://127.0.0.1/mcp?ports=${ports}`,
    async close() {
      for (const { child } of children) child.kill();
      for (const { close } of balancers) close();
    },
  };
}

async function startBackend(): Promise<{ child: ChildProcess; port: number }> {
  const child = fork(fileURLToPath(new URL('./balancer-backend.ts', import.meta.url)));
  const [port] = await once(child, 'message');
  return { child, port };
}

async function startBalancer(ports: readonly number[]) {
  let turn = 0;
  const server = createServer((client) => {
    const port = Number(ports[turn++ % ports.length]);
    const upstream = connect({ port, host: '127.0.0.1', noDelay: true });
    client.setNoDelay(true);
    client.on('error', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
    client.pipe(upstream).pipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, close: () => server.close() };
}
