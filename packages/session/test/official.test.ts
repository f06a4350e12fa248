// The same script against the official server, in memory and over real sockets.
import { InMemoryTransport } from '@modelcontextprotocol/client';
import { inputRequired, McpServer, ResourceTemplate } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { WebSocketClientTransport } from '@x/transport-ws';
import { serveWebSocket } from '@x/transport-ws/server';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Driver, describe as failureOf, ours, theirs } from './both.js';

/** One server for each connection; `servers` has the one of the last. */
function workshop() {
  const servers: McpServer[] = [];
  let cancelled = 0;
  const factory = () => {
    const server = new McpServer(
      { name: 'workshop', version: '3.2.1' },
      {
        capabilities: { logging: {}, tools: { listChanged: true }, resources: { subscribe: true } },
        instructions: 'Hammer gently.',
      },
    );
    servers.push(server);
    server.registerTool(
      'echo',
      { inputSchema: z.object({ text: z.string() }) },
      async ({ text }) => ({
        content: [{ type: 'text', text }],
      }),
    );
    server.registerTool(
      'sum',
      { inputSchema: z.object({ a: z.number() }), outputSchema: z.object({ sum: z.number() }) },
      async ({ a }) => ({ content: [], structuredContent: { sum: a + 1 } }),
    );
    server.registerTool('fail', {}, async () => ({
      content: [{ type: 'text', text: 'no' }],
      isError: true,
    }));
    server.registerTool('throw', {}, async () => {
      throw new Error('broken');
    });
    server.registerTool('steps', {}, async ({ mcpReq }) => {
      const progressToken = mcpReq._meta?.progressToken;
      for (const progress of [1, 2, 3]) {
        if (progressToken === undefined) break;
        await mcpReq.notify({
          method: 'notifications/progress',
          params: { progressToken, progress, total: 3 },
        });
      }
      return { content: [] };
    });
    server.registerTool('hang', {}, async ({ mcpReq }) => {
      await new Promise((resolve) => mcpReq.signal.addEventListener('abort', resolve));
      cancelled += 1;
      return { content: [] };
    });
    server.registerTool('ask', {}, async ({ mcpReq }) => {
      const answer = mcpReq.inputResponses?.who;
      if (answer) return { content: [{ type: 'text', text: JSON.stringify(answer) }] };
      return inputRequired({
        inputRequests: {
          who: inputRequired.elicit({
            message: 'Who?',
            requestedSchema: { type: 'object', properties: { name: { type: 'string' } } },
          }),
        },
        requestState: 'round 1',
      });
    });
    server.registerResource('fixed', 'a:fixed', { mimeType: 'text/plain' }, async ({ href }) => ({
      contents: [{ uri: href, text: 'fixed' }],
    }));
    server.registerResource(
      'any',
      new ResourceTemplate('b:{name}', { list: undefined }),
      {},
      async ({ href }) => ({ contents: [{ uri: href, blob: 'AAAA' }] }),
    );
    server.registerPrompt('greet', { argsSchema: z.object({ name: z.string() }) }, ({ name }) => ({
      messages: [{ role: 'user', content: { type: 'text', text: `Hello ${name}` } }],
    }));
    return server;
  };
  return { factory, servers, cancelled: () => cancelled };
}

type Workshop = ReturnType<typeof workshop>;

const script: [string, (driver: Driver, workshop: Workshop) => Promise<unknown>][] = [
  ['discover', ({ request }) => request('server/discover')],
  ['tools', ({ request }) => request('tools/list')],
  ['a tool', ({ request }) => request('tools/call', { name: 'echo', arguments: { text: 'hé' } })],
  [
    'structured content',
    ({ request }) => request('tools/call', { name: 'sum', arguments: { a: 1 } }),
  ],
  ['a tool that fails', ({ request }) => request('tools/call', { name: 'fail' })],
  ['a tool that throws', ({ request }) => request('tools/call', { name: 'throw' })],
  ['a tool that is not there', ({ request }) => request('tools/call', { name: 'none' })],
  [
    'arguments that are wrong',
    ({ request }) => request('tools/call', { name: 'echo', arguments: {} }),
  ],
  ['params that are wrong', ({ request }) => request('tools/call', { nome: 'echo' })],
  ['resources', ({ request }) => request('resources/list')],
  ['templates', ({ request }) => request('resources/templates/list')],
  ['a resource', ({ request }) => request('resources/read', { uri: 'a:fixed' })],
  ['a resource of a template', ({ request }) => request('resources/read', { uri: 'b:x' })],
  ['a resource that is not there', ({ request }) => request('resources/read', { uri: 'c:x' })],
  ['prompts', ({ request }) => request('prompts/list')],
  [
    'a prompt',
    ({ request }) => request('prompts/get', { name: 'greet', arguments: { name: 'A' } }),
  ],
  ['a prompt that lacks an argument', ({ request }) => request('prompts/get', { name: 'greet' })],
  [
    'completion',
    ({ request }) =>
      request('completion/complete', {
        ref: { type: 'ref/prompt', name: 'greet' },
        argument: { name: 'name', value: 'A' },
      }),
  ],
  ['a log level', ({ request }) => request('tools/list', {}, { logLevel: 'debug' })],
  ['a log level that is none', ({ request }) => request('tools/list', {}, { logLevel: 'loud' })],
  [
    'progress',
    async ({ request }) => {
      const progress: unknown[] = [];
      const onProgress = (one: unknown) => progress.push(one);
      const result = await request('tools/call', { name: 'steps' }, { onProgress });
      // The SDK starts its handlers later than it settles an answer that came with the progress.
      return [result, progress.slice(0, 1)];
    },
  ],
  ['input', ({ request }) => request('tools/call', { name: 'ask' })],
  [
    'many at once',
    ({ request }) =>
      Promise.all(
        Array.from({ length: 100 }, (_, n) =>
          request('tools/call', { name: 'echo', arguments: { text: String(n) } }),
        ),
      ),
  ],
  [
    'an abort, of which the server hears',
    async ({ request }, { cancelled }) => {
      const before = cancelled();
      const controller = new AbortController();
      const call = request('tools/call', { name: 'hang' }, { signal: controller.signal });
      await request('tools/call', { name: 'echo', arguments: { text: 'first' } });
      controller.abort(new Error('enough'));
      const failure = await call.catch(failureOf);
      while (cancelled() === before) await request('tools/list');
      return failure;
    },
  ],
  [
    'a timeout, of which the server hears',
    async ({ request }, { cancelled }) => {
      const before = cancelled();
      const failure = await request('tools/call', { name: 'hang' }, { timeoutMs: 5 }).catch(
        failureOf,
      );
      while (cancelled() === before) await request('tools/list');
      return failure;
    },
  ],
  [
    'a subscription',
    async (driver, { servers }) => {
      const heard: string[] = [];
      let wake = () => {};
      const filter = { toolsListChanged: true, resourceSubscriptions: ['a:fixed'] };
      const subscription = await driver.listen(filter, (method) => {
        heard.push(method);
        wake();
      });
      const server = servers.at(-1);
      for (const tell of [
        () => server?.sendToolListChanged(),
        () => server?.server.sendResourceUpdated({ uri: 'a:fixed' }),
      ]) {
        const next = new Promise<void>((resolve) => {
          wake = resolve;
        });
        await tell();
        await next;
      }
      await subscription.close();
      return [heard, subscription.honored, await subscription.closed];
    },
  ],
];

async function run(driver: Driver, workshop: Workshop): Promise<Map<string, unknown>> {
  const outcomes = new Map<string, unknown>();
  for (const [name, act] of script) {
    outcomes.set(name, await act(driver, workshop).catch(failureOf));
  }
  await driver.close();
  return outcomes;
}

describe('against the official server', () => {
  it('comes to the same as the SDK, in memory', async () => {
    const both = [];
    for (const connect of [ours, theirs]) {
      const shop = workshop();
      const [client, server] = InMemoryTransport.createLinkedPair();
      const served = serveStdio(shop.factory, { transport: server });
      both.push(await run(await connect(client), shop));
      await served.close();
    }
    expect(both[0]).toEqual(both[1]);
    const failed = [...(both[0] ?? [])].filter(([, outcome]) => Object(outcome).failed);
    expect(failed).toEqual([
      ['an abort, of which the server hears', { failed: 'aborted' }],
      ['a timeout, of which the server hears', { failed: 'timeout' }],
    ]);
  });

  it('comes to the same as the SDK, over sockets', async () => {
    const both = [];
    for (const connect of [ours, theirs]) {
      const shop = workshop();
      const served = await serveWebSocket(shop.factory, { port: 0 });
      both.push(await run(await connect(new WebSocketClientTransport(served.url)), shop));
      await served.close();
    }
    expect(both[0]).toEqual(both[1]);
    expect(both[0]?.get('a tool')).toMatchObject({ content: [{ type: 'text', text: 'hé' }] });
    expect(both[0]?.get('a subscription')).toMatchObject([
      ['notifications/tools/list_changed', 'notifications/resources/updated'],
      { toolsListChanged: true },
      'local',
    ]);
  });

  it('loses no progress that comes together with the answer', async () => {
    const served = await serveWebSocket(workshop().factory, { port: 0 });
    const driver = await ours(new WebSocketClientTransport(served.url));
    for (let n = 0; n < 20; n += 1) {
      const seen: number[] = [];
      const onProgress = ({ progress }: { progress: number }) => seen.push(progress);
      await driver.request('tools/call', { name: 'steps' }, { onProgress });
      expect(seen).toEqual([1, 2, 3]);
    }
    await driver.close();
    await served.close();
  });

  it('fails all that is in flight when the server goes', async () => {
    const served = await serveWebSocket(workshop().factory, { port: 0 });
    const driver = await ours(new WebSocketClientTransport(served.url));
    const calls = [1, 2, 3].map(() =>
      driver.request('tools/call', { name: 'hang' }).catch((e) => e),
    );
    await driver.request('tools/list');
    await served.close();
    for (const error of await Promise.all(calls)) {
      expect(error).toMatchObject({ code: 'SESSION_CLOSED', delivery: 'unknown' });
      expect(error.message).toContain('1001');
    }
  });
});
