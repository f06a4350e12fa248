import { WebSocketClientTransport } from '@x/transport-ws';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { flush } from '../../../test/fake-clock.js';
import { McpClient, sessionFactory, singleSessions } from '../src/index.js';
import { sdkSession } from '../src/sdk.js';
import { startSupergateway } from './supergateway.js';

let bridge: Awaited<ReturnType<typeof startSupergateway>>;

beforeAll(async () => {
  bridge = await startSupergateway();
}, 30_000);

afterAll(() => bridge?.stop());

it('a server behind supergateway is served as a legacy one', async () => {
  const { url } = bridge;
  const dials: WebSocketClientTransport[] = [];
  const ws = (to: string, { signal }: { signal: AbortSignal }) => {
    const transport = new WebSocketClientTransport(to, { signal });
    dials.push(transport);
    return transport;
  };
  const factory = sessionFactory({
    session: sdkSession({ probeTimeoutMs: 1_000 }),
    transports: { ws },
  });
  const client = new McpClient({ sessions: singleSessions(factory) });
  const { tools } = await client.listTools(url);
  expect(tools.length).toBeGreaterThanOrEqual(10);
  const results = await Promise.all(
    [1, 2, 3].map((n) => client.callTool(url, 'echo', { message: `number ${n}` })),
  );
  expect(results.map(({ content }) => content[0]?.text)).toEqual([
    'Echo: number 1',
    'Echo: number 2',
    'Echo: number 3',
  ]);
  expect(await client.discover(url)).toMatchObject({ era: 'legacy' });
  const first = dials.length;
  expect(first).toBeLessThanOrEqual(2);
  // The verdict is remembered: one connection, and no question that would not be answered.
  await dials.at(-1)?.close();
  await flush();
  await client.listTools(url, { refresh: true });
  expect(dials.length).toBe(first + 1);
  await client.close();
}, 30_000);
