// The least that an MCP server over WebSocket can be, so that what is measured is the client:
// answers that were made beforehand, of every revision at once (older ones ignore what is new).
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { BenchServer } from '../../src/define.js';

const CACHE = { ttlMs: 60_000, cacheScope: 'public' };
const CAPABILITIES = { tools: {} };
const TOOL = {
  name: 'echo',
  description: 'Answers with a text of the size that the URL asks for.',
  inputSchema: { type: 'object' },
};

/** Serves on a free port of loopback. A connection to `url?bytes=N` gets tool results of N bytes of text. */
export default async function start(): Promise<BenchServer> {
  const sockets = new WebSocketServer({ host: '127.0.0.1', port: 0, path: '/mcp' });
  await once(sockets, 'listening');
  sockets.on('connection', (socket, { url = '' }) => {
    const bytes = Number(new URL(url, 'ws://127.0.0.1').searchParams.get('bytes') ?? 2);
    serve(socket, bytes === 2 ? 'ok' : 'x'.repeat(bytes));
  });
  const { port } = sockets.address() as AddressInfo;
  return {
    url: `ws://127.0.0.1:${port}/mcp`,
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      await new Promise((resolve) => sockets.close(resolve));
    },
  };
}

/** Answers on one connection; every tool's result is `text`. */
export function serve(socket: WebSocket, text: string): void {
  const answer = answering(text);
  socket.on('message', (data) => {
    const reply = answer(data.toString());
    if (reply !== undefined) socket.send(reply);
  });
}

/** What makes of each message the answer to it, if it wants one. */
export function answering(text: string): (message: string) => string | undefined {
  const called = complete({ content: [{ type: 'text', text }] });
  const answers: Readonly<Record<string, string>> = {
    'tools/call': called,
    'tools/list': complete({ tools: [TOOL], ...CACHE }),
    'server/discover': complete({
      supportedVersions: ['2026-07-28'],
      capabilities: CAPABILITIES,
      _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'echo', version: '1.0.0' } },
      ...CACHE,
    }),
  };
  return (message) => {
    const { id, method, params } = JSON.parse(message);
    if (id === undefined) return undefined;
    const result = method === 'initialize' ? initialized(params) : (answers[method] ?? '{}');
    return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${result}}`;
  };
}

const complete = (result: object) => JSON.stringify({ resultType: 'complete', ...result });

const initialized = ({ protocolVersion }: { protocolVersion: string }) =>
  JSON.stringify({
    protocolVersion,
    capabilities: CAPABILITIES,
    serverInfo: { name: 'echo', version: '1.0.0' },
  });
