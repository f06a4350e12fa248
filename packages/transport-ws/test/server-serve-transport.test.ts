import type { AddressInfo } from 'node:net';
import { Client } from '@modelcontextprotocol/client';
import { McpServer } from '@modelcontextprotocol/server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocketClientTransport } from '../src/index.js';
import {
  type AttachWebSocketOptions,
  attachWebSocket,
  type ServerContext,
  type ServeTransportOptions,
  serveTransport,
} from '../src/server.js';
import { Log } from './log.js';
import { httpServer, ping } from './server-hosts.js';
import { callText, connected } from './server-mcp.js';
import { peer } from './server-peers.js';

const alice = { token: 'secret', clientId: 'alice', scopes: ['read'] };

/** An http server of somebody else's, with MCP on it. */
async function hosted(serve: ServeTransportOptions = {}, attach: AttachWebSocketOptions = {}) {
  const http = await httpServer();
  const contexts: ServerContext[] = [];
  const factory = (context: ServerContext) => {
    contexts.push(context);
    const server = new McpServer({ name: 'tests', version: '1.0.0' });
    server.registerTool('whoami', {}, async (ctx) => ({
      content: [{ type: 'text', text: ctx.http?.authInfo?.clientId ?? 'anybody' }],
    }));
    return server;
  };
  const attachment = attachWebSocket(http, attach, serveTransport(factory, serve));
  onTestFinished(() => attachment.close());
  const url = `ws://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`;
  return { url, attachment, contexts };
}

/** A client of SDK v2 that speaks 2026-07-28 and nothing else. */
async function modern(url: string): Promise<Client> {
  const client = new Client(
    { name: 'tests', version: '1.0.0' },
    { versionNegotiation: { mode: { pin: '2026-07-28' } } },
  );
  onTestFinished(() => client.close());
  await client.connect(new WebSocketClientTransport(url));
  return client;
}

describe.each([
  ['modern', modern],
  ['legacy', (url: string) => connected(url, 'legacy')],
] as const)('a client of the %s era', (era, connect) => {
  it('is served through attachWebSocket, and its handlers know who calls', async () => {
    const { url, contexts } = await hosted({}, { authenticate: () => alice });
    expect(await callText(await connect(url), 'whoami')).toBe('alice');
    expect(contexts.at(-1)).toMatchObject({ era, authInfo: alice, request: { url: '/mcp' } });
  });
});

it('subscriptions end as they should when the attachment drains', async () => {
  const { url, attachment } = await hosted();
  const client = await modern(url);
  const subscription = await client.listen({ toolsListChanged: true });
  await attachment.drain();
  expect(await subscription.closed).toBe('graceful');
});

it('legacy: false serves 2026-07-28 only', async () => {
  const { url } = await hosted({ legacy: false });
  await expect(connected(url, 'legacy')).rejects.toThrow();
  expect(await callText(await modern(url), 'whoami')).toBe('anybody');
});

it('what a factory throws is told', async () => {
  const errors = new Log<Error>();
  const http = await httpServer();
  const factory = () => {
    throw new Error('no database');
  };
  const attachment = attachWebSocket(http, {}, serveTransport(factory, { onerror: errors.push }));
  onTestFinished(() => attachment.close());
  const { send, answer } = await peer(`ws://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`);
  const clientInfo = { name: 'raw', version: '1' };
  const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo };
  send({ ...ping(1), method: 'initialize', params });
  expect(await answer(1)).toMatchObject({ error: { code: -32603 } });
  expect(errors.items[0]?.message).toContain('no database');
});

it('wrong options are refused when it is made', () => {
  const make = (options: object) => () => serveTransport(() => ({}) as never, options);
  expect(make({ legacy: 1 })).toThrow('legacy must be true or false, got 1');
  expect(make({ maxSubscriptions: 0 })).toThrow('maxSubscriptions');
  expect(make({ path: '/' })).toThrow('unknown option "path"');
  expect(() => serveTransport({} as never)).toThrow('factory must be a function');
});
