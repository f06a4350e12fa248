import { McpServer } from '@modelcontextprotocol/server';
import { serveWebSocket } from '@x/transport-ws/server';
import { afterEach, expect, test } from 'vitest';
import { createMcpClient, type PresetClient } from '../src/index.js';
import { chanceOf } from './chaos/chance.js';
import { startProxy, type Way } from './chaos/proxy.js';
import { eventually } from './workshop.js';

const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Counts what a line in between sees of round trips. */
function counter() {
  let count = 0;
  let last: 'connect' | Way = 'to client';
  return {
    witness(what: 'connect' | Way) {
      // TCP's own handshake is one; else, each time that it is the client's turn again.
      if (what === 'connect' || (what === 'to server' && last !== 'to server')) count++;
      last = what;
    },
    async during(action: () => Promise<unknown>): Promise<number> {
      const before = count;
      await action();
      return count - before;
    },
  };
}

async function startLine() {
  const server = await serveWebSocket(() => {
    const mcp = new McpServer({ name: 'far', version: '1.0.0' });
    mcp.registerTool('ping', {}, () => ({ content: [{ type: 'text', text: 'pong' }] }));
    return mcp;
  });
  const trips = counter();
  const line = await startProxy(chanceOf('round trips').next, trips.witness);
  line.target = server.port;
  // What does not wait for an answer leaves before one can come, and so counts as one trip.
  line.delayMs = 20;
  cleanups.push(
    () => server.close(),
    () => line.close(),
  );
  /** Cuts all connections, and waits for the client to notice. */
  const cut = async (client: PresetClient) => {
    line.reset();
    await eventually(() => client.stats().connected).toBe(0);
  };
  return { trips, cut, url: `ws://127.0.0.1:${line.port}/mcp` };
}

test.each(['auto', 'sdk'] as const)(
  'with sessions "%s", a call costs what it must',
  async (session) => {
    const { trips, cut, url } = await startLine();
    const client = createMcpClient({ security: 'development', session });
    cleanups.push(() => client.close());
    const call = () => client.callTool(url, 'ping');

    // TCP, upgrade, discovery, call
    expect(await trips.during(call)).toBe(4);
    for (let calls = 0; calls < 5; calls++) expect(await trips.during(call)).toBe(1);
    await cut(client);
    // TCP, upgrade, call
    expect(await trips.during(call)).toBe(3);
    expect(await trips.during(() => Promise.all([call(), call(), call()]))).toBe(1);
  },
);
