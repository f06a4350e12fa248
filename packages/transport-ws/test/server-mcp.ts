import { Client } from '@modelcontextprotocol/client';
import { McpServer } from '@modelcontextprotocol/server';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { WebSocketClientTransport, type WebSocketClientTransportOptions } from '../src/index.js';
import {
  type ServerContext,
  type ServerFactory,
  type ServeWebSocketOptions,
  serveWebSocket,
  type WebSocketServerHandle,
} from '../src/server.js';
import { Log } from './log.js';

// The official SDK on both ends of this package.

export interface Served {
  readonly handle: WebSocketServerHandle;
  readonly url: string;
  readonly contexts: ServerContext[];
  readonly servers: McpServer[];
  /** Tools that began to run, by name. */
  readonly calls: Log<string>;
  /** Of the tool `wait`, that its signal fired. */
  readonly aborted: Log<string>;
  /** Lets one run of the tool `wait` end. */
  release(): void;
  readonly errors: Log<Error>;
}

/** `serveWebSocket` with tools that tests need: echo, whoami, progress, wait, big. */
export async function served(
  options: ServeWebSocketOptions = {},
  factory?: ServerFactory,
): Promise<Served> {
  const contexts: ServerContext[] = [];
  const servers: McpServer[] = [];
  const calls = new Log<string>();
  const aborted = new Log<string>();
  const errors = new Log<Error>();
  const waiting: (() => void)[] = [];
  const make = (context: ServerContext): McpServer => {
    contexts.push(context);
    const server = mcpServer(calls, aborted, waiting);
    servers.push(server);
    return server;
  };
  const handle = await serveWebSocket(factory ?? make, { onerror: errors.push, ...options });
  onTestFinished(() => handle.close());
  const release = () => waiting.shift()?.();
  return { handle, url: handle.url, contexts, servers, calls, aborted, errors, release };
}

function mcpServer(calls: Log<string>, aborted: Log<string>, waiting: (() => void)[]): McpServer {
  const server = new McpServer({ name: 'tests', version: '1.0.0' });
  const text = (value: string) => ({ content: [{ type: 'text' as const, text: value }] });
  server.registerTool(
    'echo',
    { description: 'Says it again', inputSchema: z.object({ text: z.string() }) },
    async (args) => {
      calls.push('echo');
      return text(args.text);
    },
  );
  server.registerTool('whoami', { description: 'Says who asks' }, async (ctx) => {
    calls.push('whoami');
    const agent = ctx.http?.req?.headers.get('user-agent');
    return text(JSON.stringify({ authInfo: ctx.http?.authInfo, agent }));
  });
  server.registerTool('meta', { description: 'Shows its _meta' }, async (ctx) =>
    text(JSON.stringify(ctx.mcpReq._meta)),
  );
  server.registerTool('fail', { description: 'Fails' }, async () => {
    throw new Error('the tool failed');
  });
  server.registerTool('progress', { description: 'Reports three times' }, async (ctx) => {
    calls.push('progress');
    const progressToken = ctx.mcpReq._meta?.progressToken;
    if (progressToken !== undefined) {
      for (const progress of [1, 2, 3]) {
        void ctx.mcpReq.notify({
          method: 'notifications/progress',
          params: { progressToken, progress, total: 3 },
        });
      }
    }
    return text('done');
  });
  server.registerTool('wait', { description: 'Waits to be released' }, async (ctx) => {
    await new Promise<void>((resolve) => {
      waiting.push(resolve);
      ctx.mcpReq.signal.addEventListener('abort', () => {
        aborted.push('wait');
        resolve();
      });
      calls.push('wait');
    });
    return text('released');
  });
  server.registerTool(
    'big',
    { description: 'Answers at length', inputSchema: z.object({ bytes: z.number() }) },
    async ({ bytes }) => text('x'.repeat(bytes)),
  );
  return server;
}

/** The SDK's v2 client over this package's client transport, connected. */
export async function connected(
  url: string,
  mode: 'auto' | 'legacy' = 'auto',
  options: WebSocketClientTransportOptions = {},
): Promise<Client> {
  const client = new Client(
    { name: 'tests', version: '1.0.0' },
    mode === 'auto' ? { versionNegotiation: { mode: 'auto' } } : {},
  );
  onTestFinished(() => client.close());
  await client.connect(new WebSocketClientTransport(url, options));
  return client;
}

/** The text of a tool's result. */
export async function callText(
  client: Client,
  name: string,
  args: Record<string, unknown> = {},
): Promise<string> {
  const called = await client.callTool({ name, arguments: args });
  const [first] = called.content as { text: string }[];
  return first?.text ?? '';
}
