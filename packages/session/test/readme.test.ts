import { readdirSync, readFileSync } from 'node:fs';
import { InMemoryTransport } from '@modelcontextprotocol/client';
import { McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { serveWebSocket } from '@x/transport-ws/server';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { flush } from '../../../test/fake-clock.js';
import { openAny } from '../examples/era.js';
import { openSession as openWithInput } from '../examples/input.js';
import { build } from '../examples/progress.js';
import { watchTools } from '../examples/subscribe.js';
import { openSession as openWithChecks } from '../examples/validate.js';
import type { Session } from '../src/index.js';
import { open, ScriptedTransport } from './scripted.js';

const file = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const readme = file('README.md');

function served() {
  const [client, server] = InMemoryTransport.createLinkedPair();
  serveStdio(factory, { transport: server });
  return client;
}

function factory() {
  const server = new McpServer({ name: 'readme', version: '1.0.0' });
  server.registerTool(
    'echo',
    { inputSchema: z.object({ text: z.string() }) },
    async ({ text }) => ({
      content: [{ type: 'text', text }],
    }),
  );
  server.registerTool('sum', { outputSchema: z.object({ sum: z.number() }) }, async () => ({
    content: [],
    structuredContent: { sum: 2 },
  }));
  return server;
}

describe('the README', () => {
  afterEach(() => vi.restoreAllMocks());

  it.each(readdirSync(new URL('../examples', import.meta.url)))(
    'shows examples/%s as it is',
    (name) => {
      const source = file(`examples/${name}`).replace('../src/index.js', '@x/session');
      expect(readme).toContain(`<!-- examples/${name} -->\n\`\`\`ts\n${source}\`\`\``);
    },
  );

  it('begins with an example that works', async () => {
    const handle = await serveWebSocket(factory, { port: 0 });
    process.env.MCP_URL = handle.url;
    const printed: unknown[] = [];
    vi.spyOn(console, 'log').mockImplementation((line) => printed.push(line));
    await import('../examples/first.js');
    delete process.env.MCP_URL;
    expect(printed).toEqual(['readme', [{ type: 'text', text: 'hi' }]]);
    await handle.close();
  });

  it('answers the server', async () => {
    const transport = new ScriptedTransport();
    const opening = openWithInput(transport);
    await flush();
    transport.complete({ supportedVersions: ['2026-07-28'], capabilities: {} });
    const session = await opening;
    void session.request('tools/call', { name: 'a' }).catch(() => {});
    const asked = { method: 'elicitation/create', params: { message: 'Who?' } };
    transport.answer({ resultType: 'input_required', inputRequests: { who: asked } });
    await flush();
    expect(transport.last.params.inputResponses).toEqual({
      who: { action: 'accept', content: { name: 'Ada' } },
    });
    await session.close();
  });

  it('waits while there is progress', async () => {
    const printed: unknown[] = [];
    vi.spyOn(console, 'log').mockImplementation((line) => printed.push(line));
    const { session, transport, clock } = await open();
    const built = build(session, new AbortController().signal);
    const { id } = transport.last;
    for (const progress of [1, 2]) {
      await clock.advance(29_000);
      transport.notify('notifications/progress', { progressToken: id, progress, total: 2 });
    }
    transport.complete({ content: [] }, id);
    await built;
    expect(printed).toEqual(['1 of 2', '2 of 2']);
  });

  it('hears of changes', async () => {
    const { session, transport } = await open();
    let changes = 0;
    const ended = watchTools(session, () => {
      changes += 1;
    });
    const _meta = { 'io.modelcontextprotocol/subscriptionId': transport.last.id };
    transport.notify('notifications/subscriptions/acknowledged', { notifications: {}, _meta });
    transport.notify('notifications/tools/list_changed', { _meta });
    await flush();
    transport.complete({ _meta });
    expect([await ended, changes]).toEqual(['graceful', 1]);
  });

  it('checks what tools return', async () => {
    const session = await openWithChecks(served());
    const result = await session.request('tools/call', { name: 'sum' });
    expect(result.structuredContent).toEqual({ sum: 2 });
    await session.close();

    const transport = new ScriptedTransport();
    const opening = openWithChecks(transport);
    await flush();
    transport.complete({ supportedVersions: ['2026-07-28'], capabilities: {} });
    await flush();
    const outputSchema = { type: 'object', required: ['sum'] };
    transport.complete({ tools: [{ name: 'sum', outputSchema }] });
    const checked = await opening;
    const call = checked.request('tools/call', { name: 'sum' });
    transport.complete({ content: [], structuredContent: {} });
    await expect(call).rejects.toMatchObject({ code: 'INVALID_OUTPUT' });
  });

  it('talks to both eras', async () => {
    const session = await openAny(served, () => Promise.reject(new Error('not needed')));
    expect(session.info.era).toBe('modern');
    await session.close();

    const transport = new ScriptedTransport();
    const legacy = {} as Session;
    const opening = openAny(
      () => transport,
      async (same) => {
        expect(same).toBe(transport);
        return legacy;
      },
    );
    await flush();
    transport.refuse(-32601);
    expect(await opening).toBe(legacy);
  });

  it('lists every option with its default, as the TSDoc does', () => {
    const rows = readme
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .map((line) => line.replaceAll('`', '').split('|'));
    const defaults = rows.map(([, name, value]) => `${name?.trim()}: ${value?.trim()}`);
    const shown = new Set(rows.map(([, name]) => name?.trim()));
    const options = file('src/options.ts').split('const DEFAULTS')[0] ?? '';
    const request = file('src/ports.ts').match(/interface RequestOptions \{.*?\n\}/s)?.[0] ?? '';
    const names = [...(options + request).matchAll(/^ {2}readonly (\w+)\??: /gm)];
    expect(names.length).toBeGreaterThan(20);
    expect(names.filter(([, name]) => !shown.has(name)).map(([, name]) => name)).toEqual([]);
    const documented = [
      ...(options + request).matchAll(/@default (.+)\n\s+\*\/\n\s+readonly (\w+)\?/g),
    ];
    expect(documented.length).toBeGreaterThan(6);
    for (const [, value = '', name] of documented) {
      expect(defaults).toContain(`${name}: ${value.replaceAll('`', '')}`);
    }
  });
});
