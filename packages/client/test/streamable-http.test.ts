import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { retry } from '@x/retry';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { McpClient, sessionFactory, singleSessions } from '../src/index.js';
import { sdkSession, streamableHttp } from '../src/sdk.js';
import { countingServer, type Runs } from './workshop.js';

const URL_H = 'https://server.test/mcp';

function over(
  fetch: (request: Request) => Promise<Response>,
  headers?: () => Record<string, string>,
) {
  const http = streamableHttp({
    fetch: (input, init) => fetch(new Request(input, init as RequestInit)),
  });
  const factory = sessionFactory({ session: sdkSession(), transports: { http, https: http } });
  const policy = retry({ attempts: 2, backoff: { delayMs: () => 0 } });
  const client = new McpClient({ sessions: singleSessions(factory), policy });
  return client.endpoint(headers ? { url: URL_H, headers } : URL_H);
}

describe('over Streamable HTTP', () => {
  it.each(['modern', 'legacy'] as const)('a %s server is served', async (era) => {
    const handler = createMcpHandler(countingServer());
    const endpoint = over((request) =>
      // An older server does not know the header that names a method.
      era === 'legacy' && request.headers.has('mcp-method')
        ? Promise.resolve(new Response('Bad Request', { status: 400 }))
        : handler.fetch(request),
    );
    expect((await endpoint.listTools()).tools).toHaveLength(3);
    const { content } = await endpoint.callTool('echo', { text: 'hi' });
    expect(content).toEqual([{ type: 'text', text: 'hi' }]);
    expect(await endpoint.discover()).toMatchObject({ era });
  });

  it("sends the endpoint's headers, and asks for fresh ones after a 401", async () => {
    const handler = createMcpHandler(countingServer());
    let valid = 'one';
    let asked = 0;
    const endpoint = over(
      (request) =>
        request.headers.get('authorization') === valid
          ? handler.fetch(request)
          : Promise.resolve(new Response('expired', { status: 401 })),
      () => {
        asked++;
        return { authorization: valid };
      },
    );
    await endpoint.listTools();
    valid = 'two';
    await endpoint.callTool('pay');
    expect(asked).toBe(2);
  });

  it.each([
    [401, { delivery: 'not-sent', retryable: false }],
    [403, { delivery: 'not-sent', retryable: false }],
    [503, { delivery: 'not-sent', retryable: true }],
    [500, { delivery: 'not-sent', retryable: true }],
  ])(
    'a status of %i at the first dial is a typed error, nothing being sent',
    async (status, shape) => {
      const endpoint = over(() => Promise.resolve(new Response('', { status })));
      await expect(endpoint.listTools()).rejects.toMatchObject({
        name: 'SessionError',
        status,
        ...shape,
      });
    },
  );

  it('a status of 500 later leaves open whether the tool ran', async () => {
    const handler = createMcpHandler(countingServer());
    const endpoint = over(async (request) =>
      request.headers.get('mcp-method') === 'tools/call'
        ? new Response('', { status: 500 })
        : handler.fetch(request),
    );
    await expect(endpoint.callTool('pay')).rejects.toMatchObject({
      name: 'OutcomeUnknownError',
      cause: { status: 500, delivery: 'unknown' },
    });
  });

  it('a network failure is a typed error', async () => {
    const endpoint = over(() => Promise.reject(new TypeError('fetch failed')));
    await expect(endpoint.listTools()).rejects.toMatchObject({ name: 'SessionError' });
  });

  it('arguments that a server wants in headers get there', async () => {
    const runs: Runs = {};
    const handler = createMcpHandler(() => {
      const server = new McpServer({ name: 'regional', version: '1.0.0' });
      server.registerTool(
        'where',
        { inputSchema: z.object({ region: z.string().meta({ 'x-mcp-header': 'Region' }) }) },
        async ({ region }) => {
          runs.where = (runs.where ?? 0) + 1;
          return { content: [{ type: 'text', text: region }] };
        },
      );
      return server;
    });
    const regions: (string | null)[] = [];
    const endpoint = over((request) => {
      if (request.headers.get('mcp-method') === 'tools/call') {
        regions.push(request.headers.get('mcp-param-region'));
      }
      return handler.fetch(request);
    });
    const { content } = await endpoint.callTool('where', { region: 'eu' });
    expect(content[0]?.text).toBe('eu');
    expect(regions.at(-1)).toBe('eu');
    expect(runs).toEqual({ where: 1 });
  });
});
