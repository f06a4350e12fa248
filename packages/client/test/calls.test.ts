import { completable, McpServer, ResourceTemplate } from '@modelcontextprotocol/server';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { isConfigError, isProtocolError, isToolError, type JsonObject } from '../src/index.js';
import { clientOf, countingServer, memoryServer, URL_A } from './workshop.js';

function libraryServer(): McpServer {
  const server = new McpServer({ name: 'library', version: '1.0.0' });
  server.registerResource('hours', 'lib://hours', { title: 'Hours' }, async (uri) => ({
    contents: [{ uri: uri.href, text: '9 to 5' }],
  }));
  server.registerResource(
    'book',
    new ResourceTemplate('lib://book/{id}', { list: undefined }),
    {},
    async (uri, { id }) => ({ contents: [{ uri: uri.href, text: `book ${String(id)}` }] }),
  );
  server.registerPrompt(
    'review',
    { argsSchema: z.object({ genre: completable(z.string(), () => ['novel', 'nonsense']) }) },
    async ({ genre }) => ({
      messages: [{ role: 'user', content: { type: 'text', text: `review a ${genre}` } }],
    }),
  );
  return server;
}

describe.each(['legacy', 'modern'] as const)('a client of a %s server', (era) => {
  it('lists and calls tools', async () => {
    const server = memoryServer(countingServer(), { era });
    const client = clientOf(server);
    const { tools } = await client.listTools(URL_A);
    expect(tools.map(({ name }) => name)).toEqual(['echo', 'pay', 'fail']);
    expect(tools[0]?.annotations?.readOnlyHint).toBe(true);
    const result = await client.callTool(URL_A, 'echo', { text: 'hi' });
    expect(result.content).toEqual([{ type: 'text', text: 'hi' }]);
    expect(server.connections).toHaveLength(1);
    await client.close();
    expect(server.open()).toEqual([]);
  });

  it('lists and reads resources, their templates, prompts and completions', async () => {
    const bound = clientOf(memoryServer(libraryServer, { era })).endpoint(URL_A);
    expect((await bound.listResources()).resources[0]).toMatchObject({ uri: 'lib://hours' });
    const { resourceTemplates } = await bound.listResourceTemplates();
    expect(resourceTemplates[0]?.uriTemplate).toBe('lib://book/{id}');
    expect((await bound.readResource('lib://book/7')).contents[0]?.text).toBe('book 7');
    expect((await bound.listPrompts()).prompts[0]?.name).toBe('review');
    const { messages } = await bound.getPrompt('review', { genre: 'novel' });
    expect(messages[0]?.content.text).toBe('review a novel');
    const { completion } = await bound.complete({
      ref: { type: 'ref/prompt', name: 'review' },
      argument: { name: 'genre', value: 'no' },
    });
    expect(completion.values).toEqual(['novel', 'nonsense']);
  });

  it('says what the server is', async () => {
    const client = clientOf(memoryServer(countingServer(), { era }));
    expect(await client.discover(URL_A)).toMatchObject({
      era,
      protocolVersion: era === 'modern' ? '2026-07-28' : '2025-11-25',
      server: { name: 'counting', version: '1.2.3' },
      capabilities: { tools: { listChanged: true } },
      instructions: 'count',
    });
  });

  it('takes a server without prompts for one that has none', async () => {
    const client = clientOf(memoryServer(countingServer(), { era }));
    expect(await client.listPrompts(URL_A)).toEqual({ prompts: [] });
  });

  it('returns a tool failure as a result, or throws it if asked to', async () => {
    const server = memoryServer(countingServer(), { era });
    expect(await clientOf(server).callTool(URL_A, 'fail')).toMatchObject({ isError: true });
    const strict = clientOf(server, { client: { throwOnToolError: true } });
    const error = await strict.callTool(URL_A, 'fail').catch((error) => error);
    expect(error).toSatisfy(isToolError);
    expect(error).toMatchObject({ tool: 'fail', result: { isError: true }, delivery: 'answered' });
    expect(error.message).toContain('no money');
  });

  it('throws what the server answers as a ProtocolError', async () => {
    const client = clientOf(memoryServer(countingServer(), { era }));
    const error = await client.request(URL_A, 'no/such').catch((error) => error);
    expect(error).toSatisfy(isProtocolError);
    expect(error).toMatchObject({ rpcCode: -32601, delivery: 'answered', retryable: false });
  });

  it('reports progress', async () => {
    const factory = () => {
      const server = new McpServer({ name: 'slow', version: '1.0.0' });
      server.registerTool('work', {}, async ({ mcpReq }) => {
        const progressToken = mcpReq._meta?.progressToken ?? 0;
        await mcpReq.notify({
          method: 'notifications/progress',
          params: { progressToken, progress: 1, total: 2, message: 'half' },
        });
        // The SDK starts notification handlers in a microtask, but settles answers at once.
        await new Promise((resolve) => setImmediate(resolve));
        return { content: [] };
      });
      return server;
    };
    const seen: unknown[] = [];
    const client = clientOf(memoryServer(factory, { era }));
    await client.callTool(URL_A, 'work', {}, { onProgress: (progress) => seen.push(progress) });
    expect(seen).toEqual([{ progress: 1, total: 2, message: 'half' }]);
  });
});

it("sends the log level and the caller's _meta along", async () => {
  const server = memoryServer(countingServer());
  const client = clientOf(server);
  await client.callTool(URL_A, 'pay', {}, { logLevel: 'debug', meta: { 'my/key': 1 } });
  const meta = server.connections[0]?.received.at(-1)?.params?._meta;
  expect(meta).toMatchObject({ 'io.modelcontextprotocol/logLevel': 'debug', 'my/key': 1 });
});

it('keeps what the server says under keys that this package does not know', async () => {
  const server = memoryServer(countingServer(), {
    intercept: answering('tools/call', { content: [], 'x/extra': { deep: [1] } }),
  });
  expect(await clientOf(server).callTool(URL_A, 'pay')).toMatchObject({ 'x/extra': { deep: [1] } });
});

/** Answers a method in place of the server, with what may be no right answer. */
function answering(method: string, ...results: JsonObject[]) {
  let calls = 0;
  return (
    message: { method?: string; id?: unknown },
    { server }: { server: { send(message: never): Promise<void> } },
  ) => {
    if (message.method !== method) return false;
    const result = results[Math.min(calls++, results.length - 1)];
    void server.send({
      jsonrpc: '2.0',
      id: message.id,
      result: { resultType: 'complete', ...result },
    } as never);
    return true;
  };
}

describe('a result that is no result', () => {
  it.each([
    ['callTool', 'tools/call', {}],
    ['callTool', 'tools/call', { content: 'text' }],
    ['listTools', 'tools/list', { tools: 'none' }],
    ['listTools', 'tools/list', { tools: [1] }],
    ['listTools', 'tools/list', { tools: [], nextCursor: 7 }],
    ['readResource', 'resources/read', {}],
    ['getPrompt', 'prompts/get', {}],
    ['complete', 'completion/complete', {}],
  ] as const)('%s: %s answered with %j is a ProtocolError', async (call, method, result) => {
    const factory = call === 'callTool' || call === 'listTools' ? countingServer() : libraryServer;
    for (const era of ['legacy', 'both'] as const) {
      const server = memoryServer(factory, { era, intercept: answering(method, result) });
      const client = clientOf(server);
      const bound = client.endpoint(URL_A);
      const calls = {
        callTool: () => bound.callTool('x'),
        listTools: () => bound.listTools(),
        readResource: () => bound.readResource('x'),
        getPrompt: () => bound.getPrompt('x'),
        complete: () =>
          bound.complete({
            ref: { type: 'ref/prompt', name: 'review' },
            argument: { name: 'genre', value: '' },
          }),
      };
      const error = await calls[call]().catch((error) => error);
      expect(error).toSatisfy(isProtocolError);
      expect(error).toMatchObject({ delivery: 'answered', retryable: false, rpcCode: undefined });
    }
  });
});

describe('a list of several pages', () => {
  const tool = (name: string) => ({ name, inputSchema: { type: 'object' } });
  const caching = { ttlMs: 0, cacheScope: 'private' };

  it('is fetched to the end', async () => {
    const server = memoryServer(countingServer(), {
      intercept: answering(
        'tools/list',
        { tools: [tool('a'), tool('b')], nextCursor: '2', ...caching },
        { tools: [], nextCursor: '3', ...caching },
        { tools: [tool('c')], ...caching },
      ),
    });
    const { tools } = await clientOf(server).listTools(URL_A);
    expect(tools.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    const cursors = server.connections[0]?.received
      .filter(({ method }) => method === 'tools/list')
      .map(({ params }) => params?.cursor);
    expect(cursors).toEqual([undefined, '2', '3']);
  });

  it('that never ends is a ProtocolError: a repeated cursor, or too many pages', async () => {
    const repeating = answering('tools/list', { tools: [], nextCursor: 'again', ...caching });
    const server = memoryServer(countingServer(), { intercept: repeating });
    await expect(clientOf(server).listTools(URL_A)).rejects.toThrow('repeats a cursor');
    const pages = Array.from({ length: 9 }, (_, n) => ({
      tools: [],
      nextCursor: `${n}`,
      ...caching,
    }));
    const endless = memoryServer(countingServer(), {
      intercept: answering('tools/list', ...pages),
    });
    const client = clientOf(endless, { client: { maxPages: 5 } });
    await expect(client.listTools(URL_A)).rejects.toThrow('more than 5 pages');
  });
});

describe('arguments', () => {
  it.each([
    ['endpoint', (c: ReturnType<typeof clientOf>) => c.callTool('no url', 'x')],
    ['endpoint', (c) => c.callTool(undefined as never, 'x')],
    ['name', (c) => c.callTool(URL_A, 7 as never)],
    ['args', (c) => c.callTool(URL_A, 'x', 'text' as never)],
    ['timeoutMs', (c) => c.callTool(URL_A, 'x', {}, { timeoutMs: -1 })],
    ['retries', (c) => c.callTool(URL_A, 'x', {}, { retries: 3 } as never)],
    ['refresh', (c) => c.listTools(URL_A, { refresh: 'yes' as never })],
    ['uri', (c) => c.readResource(URL_A, 7 as never)],
    ['method', (c) => c.request(URL_A, 7 as never)],
    ['onNotification', (c) => c.listen(URL_A, {}, {} as never)],
  ] as [string, (client: ReturnType<typeof clientOf>) => Promise<unknown>][])(
    'a wrong %s is a ConfigError that names it, and no call',
    async (option, call) => {
      const server = memoryServer(countingServer());
      const error = await call(clientOf(server)).catch((error) => error);
      expect(error).toSatisfy(isConfigError);
      expect(error).toMatchObject({ option });
      expect(server.connections).toEqual([]);
    },
  );

  it('may keep secrets from errors: a wrong value is not quoted', async () => {
    const client = clientOf(memoryServer(countingServer()));
    await expect(client.callTool('https//user:secret@host', 'x')).rejects.not.toThrow('secret');
  });
});
