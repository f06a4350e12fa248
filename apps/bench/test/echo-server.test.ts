import { Client } from '@modelcontextprotocol/client';
import { expect, onTestFinished, test } from 'vitest';
import start from '../benches/servers/echo.js';
import { bareTransport } from '../benches/variants/bare-transport.js';

test.each([
  ['legacy', '2025-11-25'],
  ['auto', '2026-07-28'],
] as const)(
  'the SDK’s client calls the echo server over the bare transport (%s)',
  async (mode, version) => {
    const server = await start();
    onTestFinished(() => server.close());
    const client = new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode } });
    await client.connect(bareTransport(`${server.url}?bytes=100000`));
    expect(client.getNegotiatedProtocolVersion()).toBe(version);
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['echo']);
    const { content } = await client.callTool({ name: 'echo' });
    expect(content).toEqual([{ type: 'text', text: 'x'.repeat(100_000) }]);
    await client.close();
  },
);
