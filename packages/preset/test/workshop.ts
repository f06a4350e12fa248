import { once } from 'node:events';
import {
  createServer as createHttpServer,
  type Server as HttpServer,
  type IncomingHttpHeaders,
} from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { createMcpHandler, inputRequired, McpServer } from '@modelcontextprotocol/server';
import {
  type AttachWebSocketOptions,
  attachWebSocket,
  type ServeWebSocketOptions,
  serveWebSocket,
} from '@x/transport-ws/server';
import { expect, onTestFinished } from 'vitest';
import { z } from 'zod';
import { type CreateMcpClientOptions, createMcpClient, type McpEvent } from '../src/index.js';

/** A server of the official SDK on a real port, and what it has seen. */
export interface TestServer {
  readonly url: string;
  readonly port: number;
  /** Open now. */
  readonly connections: number;
  /** The headers of every upgrade that was accepted. */
  readonly upgrades: IncomingHttpHeaders[];
  /** How often each tool ran. */
  readonly runs: Record<string, number>;
  /** Calls of `hold` that wait. */
  readonly held: number;
  /** Answers all calls of `hold`. */
  release(): void;
  close(): Promise<void>;
}

/** Serves until the test ends, with the tools `echo`, `pay`, `fail`, `hold`, `big`, `ask` and `log`. */
export async function startServer(options: ServeWebSocketOptions = {}): Promise<TestServer> {
  const upgrades: IncomingHttpHeaders[] = [];
  const runs: Record<string, number> = {};
  let waiting: (() => void)[] = [];
  const handle = await serveWebSocket(({ request }) => {
    upgrades.push(request.headers);
    return testServer(runs, () => new Promise<void>((resolve) => waiting.push(resolve)));
  }, options);
  onTestFinished(() => handle.close());
  return {
    url: handle.url,
    port: handle.port,
    upgrades,
    runs,
    get connections() {
      return handle.connections;
    },
    get held() {
      return waiting.length;
    },
    release() {
      for (const resolve of waiting) resolve();
      waiting = [];
    },
    close: () => handle.close(),
  };
}

function testServer(runs: Record<string, number>, holding: () => Promise<void>): McpServer {
  const server = new McpServer(
    { name: 'workshop', version: '1.0.0' },
    { capabilities: { tools: {}, logging: {} } },
  );
  const counted = (name: string, text: string, isError?: boolean) => {
    runs[name] = (runs[name] ?? 0) + 1;
    return { content: [{ type: 'text' as const, text }], ...(isError && { isError }) };
  };
  const readOnly = { annotations: { readOnlyHint: true } };
  server.registerTool(
    'echo',
    { inputSchema: z.object({ text: z.string() }), ...readOnly },
    async ({ text }) => counted('echo', text),
  );
  server.registerTool('pay', {}, async () => counted('pay', 'paid'));
  server.registerTool('fail', {}, async () => counted('fail', 'no money', true));
  server.registerTool('hold', readOnly, async () => {
    await holding();
    return counted('hold', 'held');
  });
  server.registerTool(
    'big',
    { inputSchema: z.object({ bytes: z.number() }), ...readOnly },
    async ({ bytes }) => counted('big', 'x'.repeat(bytes)),
  );
  server.registerTool('ask', {}, async ({ mcpReq }) => {
    const { sure } = mcpReq.inputResponses ?? {};
    if (sure !== undefined) return counted('ask', JSON.stringify(sure));
    const requestedSchema = z.object({ sure: z.boolean() });
    const asking = inputRequired.elicit({ message: 'Sure?', requestedSchema });
    return inputRequired({ inputRequests: { sure: asking } });
  });
  server.registerTool('log', {}, async ({ mcpReq }) => {
    await mcpReq.log('info', 'logged');
    return counted('log', 'done');
  });
  return server;
}

export const textOf = (result: { content: readonly unknown[] }) =>
  (result.content as { text?: string }[]).map(({ text }) => text).join();

/** A client that may dial the servers of these tests, and is closed after the test. */
export function clientOf(options: CreateMcpClientOptions = {}) {
  const client = createMcpClient({ security: 'development', ...options });
  onTestFinished(() => client.close());
  return client;
}

/** A TCP server that takes connections and never says a word. */
export async function startBlackHole(): Promise<{ url: string; readonly dials: number }> {
  const sockets = new Set<Socket>();
  let dials = 0;
  const server = createServer((socket) => {
    dials++;
    sockets.add(socket.on('error', () => {}));
  });
  const port = await listen(server);
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    url: `ws://127.0.0.1:${port}/mcp`,
    get dials() {
      return dials;
    },
  };
}

/** Counts what passes between a client and a server, and can stop or cut it. */
export class TcpProxy {
  url = '';
  bytesToClient = 0;
  /** Ping frames that the client sent. */
  pings = 0;
  connections = 0;
  frozen = false;
  /** Cuts the connection that carries this message of the client's, counted over all. */
  cutAtMessage = Number.POSITIVE_INFINITY;
  /** Forwards nothing any more from this message of the client's on. */
  stallAtMessage = Number.POSITIVE_INFINITY;
  #messages = 0;
  readonly #pairs = new Set<Socket>();

  static async to(server: { readonly port: number }): Promise<TcpProxy> {
    const proxy = new TcpProxy();
    const listener = createServer((near) => proxy.#join(near, connect(server.port, '127.0.0.1')));
    proxy.url = `ws://127.0.0.1:${await listen(listener)}/mcp`;
    onTestFinished(() => {
      proxy.cut();
      listener.close();
    });
    return proxy;
  }

  /** Ends every connection without a word. */
  cut(): void {
    for (const socket of this.#pairs) socket.destroy();
  }

  #join(near: Socket, far: Socket): void {
    this.connections++;
    for (const socket of [near, far]) {
      this.#pairs.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        this.#pairs.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.on('data', (chunk) => {
      // RFC 6455, section 5.5.2: a final frame of opcode 9. Pings leave in a write of their own.
      if (chunk[0] === 0x89) this.pings++;
      // Section 5.6: a final frame of text. What leaves in one write counts as one message.
      if (chunk[0] === 0x81) {
        this.#messages++;
        if (this.#messages === this.cutAtMessage) return this.cut();
        if (this.#messages === this.stallAtMessage) this.frozen = true;
      }
      if (!this.frozen) far.write(chunk);
    });
    far.on('data', (chunk) => {
      this.bytesToClient += chunk.length;
      if (!this.frozen) near.write(chunk);
    });
  }
}

/** A port of loopback where nobody listens. */
export async function deadPort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  server.close();
  await once(server, 'close');
  return port;
}

/** Listens on a free port of loopback. */
export async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Events, and how to wait for one. */
export class Timeline {
  readonly events: McpEvent[] = [];
  #watchers: (() => void)[] = [];

  readonly observer = (event: McpEvent): void => {
    this.events.push(event);
    for (const watcher of this.#watchers) watcher();
  };

  of<T extends McpEvent['type']>(type: T): Extract<McpEvent, { type: T }>[] {
    return this.events.filter((event) => event.type === type) as never;
  }

  /** Resolves when there are `count` events of this type. */
  seen(type: McpEvent['type'], count = 1): Promise<void> {
    return new Promise((resolve) => {
      const look = () => this.of(type).length >= count && resolve();
      this.#watchers.push(look);
      look();
    });
  }
}

/** Waits for what happens at the other end of a socket. */
export const eventually = (read: () => unknown): ReturnType<typeof expect.poll> =>
  expect.poll(read, { timeout: 5_000 });

/** A server of few words, for tests with many connections: a tool's answer is its name. */
export async function startPlainServer(
  options: AttachWebSocketOptions = {},
  http: Server = createHttpServer(),
): Promise<{ url: string; port: number }> {
  const attachment = attachWebSocket(http as HttpServer, options, async (transport) => {
    transport.onmessage = (message) => {
      if (!('method' in message) || !('id' in message)) return;
      const { id, method, params } = message;
      const result = { resultType: 'complete', ...plainAnswer(method, params?.name) };
      void transport.send({ jsonrpc: '2.0', id, result } as never);
    };
    await transport.start();
  });
  const port = await listen(http);
  onTestFinished(async () => {
    await attachment.close();
    http.close();
  });
  return { url: `ws://127.0.0.1:${port}/mcp`, port };
}

function plainAnswer(method: string, name: unknown): object {
  if (method === 'tools/call') return { content: [{ type: 'text', text: name }] };
  const cache = { ttlMs: 60_000, cacheScope: 'public' };
  if (method === 'tools/list') {
    return { tools: [{ name: 'search', inputSchema: { type: 'object' } }], ...cache };
  }
  const server = { name: 'example', version: '1.0.0' };
  return {
    supportedVersions: ['2026-07-28'],
    capabilities: { tools: {} },
    _meta: { 'io.modelcontextprotocol/serverInfo': server },
    ...cache,
  };
}

export interface LegacyServer {
  readonly url: string;
  readonly methods: string[];
  /** Ends every connection without a word. */
  cut(): void;
}

/** A server that knows `initialize` only, as all did before 2026-07-28, and what it was asked. */
export async function startLegacyServer(): Promise<LegacyServer> {
  const methods: string[] = [];
  const sockets = new Set<Socket>();
  const http = createHttpServer();
  http.on('connection', (socket) => sockets.add(socket));
  const attachment = attachWebSocket(http, {}, async (transport) => {
    await testServer({}, async () => {}).connect(transport as never);
    const deliver = transport.onmessage;
    transport.onmessage = (message) => {
      if ('method' in message) methods.push(message.method);
      deliver?.(message);
    };
  });
  const port = await listen(http);
  onTestFinished(async () => {
    await attachment.close();
    http.close();
  });
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return { url: `ws://127.0.0.1:${port}/mcp`, methods, cut };
}

/** The SDK's Streamable HTTP, served until the test ends. */
export async function startHttpServer(): Promise<string> {
  const handler = createMcpHandler(() => testServer({}, async () => {}));
  const http = createHttpServer(async (request, response) => {
    const { method = 'GET', url = '/', headers } = request;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const answer = await handler.fetch(
      new Request(new URL(url, `http://${headers.host}`), {
        method,
        headers: Object.entries(headers).map(([name, value]): [string, string] => [
          name,
          String(value),
        ]),
        ...(method === 'POST' && { body: Buffer.concat(chunks) }),
      }),
    );
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    for await (const chunk of answer.body ?? []) response.write(chunk);
    response.end();
  });
  const port = await listen(http);
  onTestFinished(async () => {
    await handler.close();
    http.closeAllConnections();
    http.close();
  });
  return `http://127.0.0.1:${port}/mcp`;
}
