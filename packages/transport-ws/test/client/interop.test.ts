import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { Client } from '@modelcontextprotocol/client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../../../test/free-port.js';
import { WebSocketClientTransport } from '../../src/index.js';

const require = createRequire(import.meta.url);

/** `supergateway`, which bridges `server-everything` from stdio to WebSocket. */
async function supergateway(): Promise<string> {
  const port = await freePort();
  const everything = require.resolve('@modelcontextprotocol/server-everything/dist/index.js');
  const gateway = spawn(
    process.execPath,
    [
      require.resolve('supergateway/dist/index.js'),
      ...['--stdio', `"${process.execPath}" "${everything}"`],
      ...['--outputTransport', 'ws', '--port', String(port), '--messagePath', '/message'],
      ...['--healthEndpoint', '/healthz'],
    ],
    { stdio: ['pipe', 'pipe', 'pipe'] },
  );
  let said = '';
  const ready = new Promise<void>((resolve, reject) => {
    const look = (chunk: Buffer): void => {
      said += chunk;
      if (said.includes('WebSocket endpoint')) resolve();
    };
    gateway.stdout.on('data', look);
    gateway.stderr.on('data', look);
    gateway.once('exit', () => reject(new Error(`supergateway ended: ${said}`)));
  });
  onTestFinished(async () => {
    gateway.kill();
    if (gateway.exitCode === null) await once(gateway, 'close');
  });
  await ready;
  return `ws://127.0.0.1:${port}/message`;
}

describe('supergateway with server-everything', () => {
  it('answers calls, one at a time and at once', async () => {
    const url = await supergateway();
    // Its ids go through parseInt: only numeric ones come back, and the Client's are.
    const client = new Client({ name: 'test', version: '1.0.0' });
    await client.connect(new WebSocketClientTransport(url));
    expect(client.getServerVersion()?.name).toContain('everything');
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toContain('echo');
    const answers = await Promise.all(
      ['a', 'b', 'c'].map((message) => client.callTool({ name: 'echo', arguments: { message } })),
    );
    expect(answers.map((answer) => JSON.stringify(answer.content))).toEqual(
      ['a', 'b', 'c'].map((message) => expect.stringContaining(`Echo: ${message}`)),
    );
    await client.close();
  }, 60_000);
});
