import { InMemoryTransport } from '@modelcontextprotocol/client';
import { McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { z } from 'zod';
import {
  type Dial,
  type DialContext,
  McpClient,
  type McpClientOptions,
  type SessionFactoryOptions,
  sessionFactory,
  singleSessions,
} from '../src/index.js';
import { type SdkSessionOptions, sdkSession } from '../src/sdk.js';

/** How many times each tool has run, whoever called it. */
export type Runs = Record<string, number>;

/** A server with tools that count how often they run. */
export function countingServer(runs: Runs = {}): () => McpServer {
  return () => {
    const server = new McpServer(
      { name: 'counting', version: '1.2.3' },
      { capabilities: { tools: { listChanged: true }, logging: {} }, instructions: 'count' },
    );
    const count = (name: string) => {
      runs[name] = (runs[name] ?? 0) + 1;
    };
    server.registerTool(
      'echo',
      { inputSchema: z.object({ text: z.string() }), annotations: { readOnlyHint: true } },
      async ({ text }) => {
        count('echo');
        return { content: [{ type: 'text', text }] };
      },
    );
    server.registerTool('pay', { inputSchema: z.object({}) }, async () => {
      count('pay');
      return { content: [{ type: 'text', text: 'paid' }] };
    });
    server.registerTool('fail', {}, async () => {
      count('fail');
      return { content: [{ type: 'text', text: 'no money' }], isError: true };
    });
    return server;
  };
}

/** One connection to a server in this process, seen from the server's side. */
export interface Connection {
  readonly url: string;
  readonly context: DialContext;
  readonly server: InMemoryTransport;
  /** Every message that the client sent. */
  readonly received: { method?: string; id?: unknown; params?: Record<string, unknown> }[];
  closed: boolean;
}

export interface MemoryServer {
  readonly dial: Dial;
  readonly connections: Connection[];
  /** Connections that are still open. */
  readonly open: () => Connection[];
}

/** Serves a factory's product on every connection: both eras, or only what was before 2026-07-28. */
export function memoryServer(
  factory: () => McpServer,
  { era = 'both', intercept }: MemoryOptions = {},
): MemoryServer {
  const connections: Connection[] = [];
  const dial: Dial = async (url, context) => {
    const [client, server] = InMemoryTransport.createLinkedPair();
    const connection: Connection = { url, context, server, received: [], closed: false };
    connections.push(connection);
    if (era === 'legacy') await factory().connect(server);
    else serveStdio(factory, { transport: server, legacy: era === 'modern' ? 'reject' : 'serve' });
    const deliver = server.onmessage;
    server.onmessage = (message, extra) => {
      connection.received.push(message as Connection['received'][number]);
      if (!intercept?.(message as never, connection)) deliver?.(message, extra);
    };
    const ended = server.onclose;
    server.onclose = () => {
      connection.closed = true;
      ended?.();
    };
    return client;
  };
  return { dial, connections, open: () => connections.filter(({ closed }) => !closed) };
}

export interface MemoryOptions {
  readonly era?: 'both' | 'legacy' | 'modern';
  /** Sees each message before the server, and keeps it from the server by anything truthy. */
  readonly intercept?: (message: Connection['received'][number], connection: Connection) => unknown;
}

type Setup = Partial<SessionFactoryOptions> & {
  readonly sdk?: SdkSessionOptions;
  readonly client?: Omit<Partial<McpClientOptions>, 'sessions'>;
};

export const URL_A = 'memory://server/mcp';

export function clientOf(server: Pick<MemoryServer, 'dial'>, setup: Setup = {}) {
  const { sdk, client, ...options } = setup;
  const factory = sessionFactory({
    session: sdkSession(sdk),
    transports: { memory: server.dial },
    ...options,
  });
  return new McpClient({ ...client, sessions: singleSessions(factory) });
}
