import { afterAll, beforeAll, expect, it } from 'vitest';
import { startSupergateway } from '../../client/test/supergateway.js';
import { clientOf, textOf } from './workshop.js';

let bridge: Awaited<ReturnType<typeof startSupergateway>>;

beforeAll(async () => {
  bridge = await startSupergateway();
}, 30_000);

afterAll(() => bridge?.stop());

it('a server behind supergateway is served by the default session, and remembered', async () => {
  const { url } = bridge;
  const events: string[] = [];
  const observer = ({ type }: { type: string }) => events.push(type);
  const client = clientOf({ protocol: { probeTimeoutMs: 1_000 }, observer });
  const { tools } = await client.listTools(url);
  expect(tools.length).toBeGreaterThanOrEqual(10);
  const call = (n: number) => client.callTool(url, 'echo', { message: `number ${n}` });
  const results = await Promise.all([1, 2, 3].map(call));
  expect(results.map(textOf)).toEqual(['Echo: number 1', 'Echo: number 2', 'Echo: number 3']);
  expect(await client.discover(url)).toMatchObject({ era: 'legacy' });
  expect(client.stats().connected).toBe(1);
  expect(events.filter((type) => type === 'session.open')).toHaveLength(1);
}, 30_000);
