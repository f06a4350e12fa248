import { expect, it } from 'vitest';
import { clientOf, countingServer, memoryServer, URL_A } from './workshop.js';

it.each(['both', 'legacy', 'modern'] as const)('calls %s', async (era) => {
  const server = memoryServer(countingServer(), { era });
  const client = clientOf(server);
  const { tools } = await client.listTools(URL_A);
  expect(tools.map((t) => t.name)).toEqual(['echo', 'pay', 'fail']);
  const r = await client.callTool(URL_A, 'echo', { text: 'hi' });
  expect(r).toMatchObject({ content: [{ type: 'text', text: 'hi' }] });
  console.log(JSON.stringify(r), await client.discover(URL_A), server.connections[0]?.received.map(m=>m.method+':'+m.id));
  await client.close();
  expect(server.open()).toEqual([]);
});
