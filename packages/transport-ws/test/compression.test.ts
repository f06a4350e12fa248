import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocketClientTransport } from '../src/index.js';
import { attachWebSocket } from '../src/server.js';
import { Log } from './log.js';

const modes = [false, true, { contextTakeover: true, thresholdBytes: 1 }] as const;
const pairs = modes.flatMap((client) => modes.map((server) => ({ client, server })));

describe('compression', () => {
  it.each(pairs)('of client $client and server $server agree', async ({ client, server }) => {
    const http = createServer();
    const extensions: (string | undefined)[] = [];
    http.on('upgrade', ({ headers }) => extensions.push(headers['sec-websocket-extensions']));
    const attachment = attachWebSocket(http, { compression: server }, (transport) => {
      transport.onmessage = (message) => void transport.send(message);
      return transport.start();
    });
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    onTestFinished(async () => {
      await attachment.close();
      http.close();
    });
    const { port } = http.address() as AddressInfo;
    const transport = new WebSocketClientTransport(`ws://127.0.0.1:${port}/mcp`, {
      compression: client,
    });
    const echoes = new Log<unknown>();
    transport.onmessage = echoes.push;
    await transport.start();
    const text = 'all work and no play '.repeat(1_000);
    const messages = [1, 2, 3].map(
      (n) => ({ jsonrpc: '2.0', method: 'notifications/n', params: { n, text } }) as const,
    );
    for (const message of messages) await transport.send(message);
    expect(await echoes.first(3)).toEqual(messages);
    expect(extensions[0]?.includes('permessage-deflate') ?? false).toBe(client !== false);
    await transport.close();
  });
});
