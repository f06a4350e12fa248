import { once } from 'node:events';
import { get } from 'node:http';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP balancer: connections go round the servers whose `/ready` said so when last asked. */
export interface Balancer {
  readonly port: number;
  /** Which servers there are, by port; it takes those for ready until they say otherwise. */
  use(ports: readonly number[]): void;
  close(): Promise<void>;
}

const ASK_EVERY_MS = 50;

export async function startBalancer(): Promise<Balancer> {
  const ready = new Map<number, boolean>();
  const sockets = new Set<Socket>();
  let turn = 0;
  const next = () => {
    const candidates = [...ready].filter(([, isReady]) => isReady).map(([port]) => port);
    return candidates[turn++ % candidates.length];
  };
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    return socket;
  };
  const server = createServer((client) => {
    keep(client).on('error', () => {});
    const port = next();
    if (port === undefined) {
      client.resetAndDestroy();
      return;
    }
    const upstream = keep(connect({ port, host: '127.0.0.1' }));
    upstream.on('error', () => client.resetAndDestroy());
    client.on('error', () => upstream.resetAndDestroy());
    client.pipe(upstream).pipe(client);
  });
  const asking = setInterval(() => {
    for (const port of ready.keys()) {
      void isReady(port).then((is) => ready.has(port) && ready.set(port, is));
    }
  }, ASK_EVERY_MS);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    use(ports) {
      for (const port of ready.keys()) if (!ports.includes(port)) ready.delete(port);
      for (const port of ports) if (!ready.has(port)) ready.set(port, true);
    },
    async close() {
      clearInterval(asking);
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function isReady(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ port, host: '127.0.0.1', path: '/ready', agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('error', () => resolve(false));
  });
}
