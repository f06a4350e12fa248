import { serveWebSocket, type WebSocketServerHandle } from '@x/transport-ws/server';
import { afterEach, expect, test } from 'vitest';
import { createMcpClient, type PresetClient } from '../../src/index.js';
import { eventually } from '../workshop.js';
import { startBalancer } from './balancer.js';
import { kindOf } from './callers.js';
import { chanceOf } from './chance.js';
import { startProxy } from './proxy.js';
import { bookkeeper, Ledger } from './servers.js';

const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A service of two servers behind a balancer, and a slow line to it. */
async function startService(delayMs: number) {
  const ledger = new Ledger();
  const balancer = await startBalancer();
  const line = await startProxy(chanceOf('rolling restart').next);
  line.target = balancer.port;
  line.delayMs = delayMs;
  const start = () => serveWebSocket(() => bookkeeper(ledger), { retryAfterMs: 100 });
  const servers: WebSocketServerHandle[] = [await start(), await start()];
  const route = () => balancer.use(servers.map(({ port }) => port));
  route();
  cleanups.push(
    () => balancer.close(),
    () => line.close(),
    () => Promise.all(servers.map((server) => server.close())),
  );
  return {
    ledger,
    url: `ws://127.0.0.1:${line.port}/mcp`,
    /** What a deployment does: drain, end, start anew, one after the other. */
    async restartOneAfterTheOther() {
      for (const [at, server] of [...servers.entries()]) {
        await server.drain();
        await server.close();
        servers[at] = await start();
        route();
        const before = ledger.total;
        // The next one goes when calls have come through since.
        await eventually(() => ledger.total).toBeGreaterThan(before + 5);
      }
    },
  };
}

type Service = Awaited<ReturnType<typeof startService>>;

/** Calls the tool that must not run twice, one call after the other, until told that it is over. */
function keepPaying(client: PresetClient, { url, ledger }: Service, name: string) {
  const faults: string[] = [];
  let calls = 0;
  let over = false;
  const pay = async () => {
    const nonce = `${name}.${calls}`;
    const args = { nonce, workMs: calls % 7 };
    const ended = await client.callTool(url, 'pay', args).then(
      ({ content }) => String(content[0]?.text),
      (error) => kindOf(error),
    );
    if (ended !== nonce) faults.push(`${nonce}: ${ended}`);
    if (ledger.runsOf(nonce) !== 1) faults.push(`${nonce} ran ${ledger.runsOf(nonce)} times`);
    calls += 1;
  };
  const ended = (async () => {
    while (!over) await pay();
  })();
  return {
    get calls() {
      return calls;
    },
    async end() {
      over = true;
      await ended;
      return faults;
    },
  };
}

test.each([
  { title: 'one caller', callers: 1, restarts: 10 },
  { title: '32 callers', callers: 32, restarts: 2 },
])(
  'a rolling restart loses no call of $title',
  { timeout: 60_000 },
  async ({ callers, restarts }) => {
    const service = await startService(5);
    const client = createMcpClient({ security: 'development' });
    cleanups.push(() => client.close());
    const payers = Array.from({ length: callers }, (_, at) =>
      keepPaying(client, service, `caller${at}`),
    );
    for (let restart = 0; restart < restarts; restart++) await service.restartOneAfterTheOther();
    await eventually(() => Math.min(...payers.map(({ calls }) => calls))).toBeGreaterThan(3);
    const faults = await Promise.all(payers.map((payer) => payer.end()));
    expect(faults.flat()).toEqual([]);
  },
);
