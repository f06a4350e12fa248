import { createPool } from '@x/pool';
import { retry } from '@x/retry';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeClock, flush } from '../../../test/fake-clock.js';
import {
  type Dial,
  type Endpoint,
  isConfigError,
  isUnsupportedTransportError,
  McpClient,
} from '../src/index.js';
import { sdkSession } from '../src/sdk.js';
import { sessionFactory } from '../src/session-factory.js';
import { clientOf, countingServer, memoryServer, URL_A } from './workshop.js';

const { keyOf } = sessionFactory({ session: () => Promise.reject(new Error()), transports: {} });

describe('the key of an endpoint', () => {
  it.each([
    ['WSS://Example.COM:443/mcp', 'wss://example.com/mcp'],
    ['ws://example.com:80/mcp#part', 'ws://example.com/mcp'],
    ['wss://example.com./mcp', 'wss://example.com/mcp'],
    ['wss://example.com', 'wss://example.com/'],
    ['memory://Server./x', 'memory://server/x'],
    ['wss://example.com/a/../b', 'wss://example.com/b'],
  ])('is the same for %s and %s', (one, other) => {
    expect(keyOf(one)).toBe(keyOf(other));
    expect(keyOf(new URL(one))).toBe(keyOf({ url: other }));
  });

  it.each([
    ['wss://example.com/mcp', 'ws://example.com/mcp'],
    ['wss://example.com/mcp', 'wss://example.com/MCP'],
    ['wss://example.com/mcp', 'wss://example.com/mcp/'],
    ['wss://example.com/mcp', 'wss://example.com:8443/mcp'],
    ['wss://example.com/mcp?a=1', 'wss://example.com/mcp?a=2'],
    ['wss://ann@example.com/mcp', 'wss://bob@example.com/mcp'],
  ])('differs for %s and %s', (one, other) => {
    expect(keyOf(one)).not.toBe(keyOf(other));
  });

  it('differs by scope, and no scope or URL can be forged into another key', () => {
    const url = fc.constantFrom(
      'ws://h/',
      'ws://h/?q',
      'ws://h/# x',
      'ws://h/#%20%23x',
      'ws://h/%23',
    );
    const text = fc.oneof(fc.string(), fc.constantFrom('', '#', '#1', ' #x', '##1', 'a b', '%23'));
    const scope = fc.option(text, { nil: undefined });
    const endpoint = fc.record({ url, scope });
    const identity = ({ url, scope }: { url: string; scope?: string | undefined }) => {
      const read = new URL(url);
      read.hash = '';
      return JSON.stringify([read.href, scope ?? null]);
    };
    fc.assert(
      fc.property(endpoint, endpoint, (one, other) => {
        expect(keyOf(one) === keyOf(other)).toBe(identity(one) === identity(other));
        // An endpoint that is its own scope meets nobody at all.
        expect(keyOf({ url: one.url, headers: {} })).not.toBe(keyOf(other));
      }),
    );
  });

  it('is that of the object, for one with headers and no scope', () => {
    const ann = { url: URL_A, headers: { authorization: 'ann' } };
    expect(keyOf(ann)).toBe(keyOf(ann));
    expect(keyOf(ann)).not.toBe(keyOf({ ...ann }));
    expect(keyOf({ ...ann, scope: 'ann' })).toBe(keyOf({ ...ann, scope: 'ann' }));
  });

  it('changes with an object that changes: it may stand for another user now', () => {
    const shared = {
      url: URL_A,
      headers: { authorization: 'ann' },
      scope: undefined as string | undefined,
    };
    const ann = keyOf(shared);
    shared.headers.authorization = 'bob';
    const bob = keyOf(shared);
    expect(bob).not.toBe(ann);
    shared.scope = 'bob';
    expect(keyOf(shared)).not.toBe(bob);
    shared.url = 'memory://other/';
    expect(keyOf(shared)).toContain('memory://other/');
  });

  it('shows its scope only where masks hide it', () => {
    expect(keyOf({ url: URL_A, scope: 'ann smith' })).toBe(`${URL_A} #ann%20smith`);
  });

  it.each([
    ['endpoint', ''],
    ['endpoint', '/mcp'],
    ['endpoint', null],
    ['endpoint', 7],
    ['endpoint.url', { url: 7 }],
    ['endpoint.url', {}],
    ['endpoint.scope', { url: URL_A, scope: 7 }],
    ['endpoint.scope', { url: URL_A, scope: '\ud800' }],
    ['endpoint.headers', { url: URL_A, headers: 'secret' }],
    ['endpoint.headers', { url: URL_A, headers: { a: 7 } }],
    ['endpoint.token', { url: URL_A, token: 'secret' }],
  ])('needs a right %s', (option, endpoint) => {
    let error: unknown;
    try {
      keyOf(endpoint as Endpoint);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toSatisfy(isConfigError);
    expect(error).toMatchObject({ option });
    expect(String(error)).not.toContain('secret');
  });
});

describe('two users of one URL', () => {
  it('never meet on a connection', async () => {
    const server = memoryServer(countingServer());
    const client = clientOf(server);
    const users = ['ann', 'bob', 'eve'].map((name) => ({
      url: URL_A,
      headers: { authorization: `Bearer ${name}` },
      text: name,
    }));
    await Promise.all(
      users.flatMap(({ url, headers, text }) => {
        const mine = client.endpoint({ url, headers });
        return [1, 2, 3].map((n) => mine.callTool('echo', { text: `${text} ${n}` }));
      }),
    );
    await client.callTool({ url: URL_A, scope: 'team' }, 'echo', { text: 'team' });
    await client.callTool(URL_A, 'echo', { text: 'nobody' });
    expect(server.connections).toHaveLength(5);
    for (const { context, received } of server.connections) {
      const who = context.headers?.authorization?.slice(7);
      const texts = received
        .filter(({ method }) => method === 'tools/call')
        .map(
          ({ params }) => (params as { arguments: { text: string } }).arguments.text.split(' ')[0],
        );
      expect(new Set(texts).size).toBe(1);
      if (who !== undefined) expect(texts).toEqual([who, who, who]);
    }
  });

  it('share no cached list either', async () => {
    const server = memoryServer(countingServer(), {
      intercept({ method, id }, { server, context }) {
        if (method !== 'tools/list') return false;
        const name = context.headers?.authorization ?? 'nobody';
        const tools = [{ name, inputSchema: { type: 'object' } }];
        const result = { resultType: 'complete', tools, ttlMs: 60_000, cacheScope: 'public' };
        void server.send({ jsonrpc: '2.0', id, result } as never);
        return true;
      },
    });
    const client = clientOf(server);
    for (const who of ['ann', 'bob', 'ann']) {
      const endpoint = { url: URL_A, headers: { authorization: who } };
      const { tools } = await client.listTools(endpoint);
      expect(tools[0]?.name).toBe(who);
    }
  });
});

describe('an endpoint object that is changed while a call waits', () => {
  const asked = (server: ReturnType<typeof memoryServer>) =>
    server.connections.map(({ context }) => context.headers?.authorization);

  /** A server that cannot be dialled before `open()`. */
  const shut = () => {
    const server = memoryServer(countingServer());
    let open = () => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    const dial: Dial = async (...args) => {
      await opened;
      return server.dial(...args);
    };
    return { server, dial, open };
  };

  it('leaves the call to whom it was made for: before it is dialled for', async () => {
    const server = memoryServer(countingServer());
    const endpoint = { url: URL_A, headers: { authorization: 'ann' } };
    const call = clientOf(server).callTool(endpoint, 'echo', { text: 'of ann' });
    endpoint.headers.authorization = 'bob';
    await call;
    expect(asked(server)).toEqual(['ann']);
  });

  it('while another call has the only session', async () => {
    const { server, dial, open } = shut();
    const factory = sessionFactory({ session: sdkSession(), transports: { memory: dial } });
    const limits = { maxTotal: 1, maxConnections: 1, maxConcurrency: 1 };
    const client = new McpClient({ sessions: createPool({ ...factory, ...limits }) });
    const first = client.callTool({ url: URL_A, scope: 'eve' }, 'echo', { text: 'of eve' });
    const endpoint = { url: URL_A, headers: { authorization: 'ann' } };
    const call = client.callTool(endpoint, 'echo', { text: 'of ann' });
    await flush();
    endpoint.headers = { authorization: 'bob' };
    open();
    await Promise.all([first, call]);
    expect(asked(server)).toEqual([undefined, 'ann']);
    await client.close();
  });

  it('before it is tried again', async () => {
    const server = memoryServer(countingServer());
    const endpoint = { url: URL_A, headers: { authorization: 'ann' }, scope: 'ann' };
    let fails = 1;
    const dial: Dial = (...args) => {
      if (fails-- <= 0) return server.dial(...args);
      endpoint.headers.authorization = 'bob';
      endpoint.scope = 'bob';
      throw Object.assign(new Error('down'), { delivery: 'not-sent' });
    };
    const policy = retry({ attempts: 2, backoff: { delayMs: () => 0 } });
    await clientOf({ dial }, { client: { policy } }).callTool(endpoint, 'echo', { text: 'of ann' });
    expect(asked(server)).toEqual(['ann']);
  });

  it('or before it is listened to again', async () => {
    const clock = new FakeClock();
    const server = memoryServer(countingServer());
    const endpoint = { url: URL_A, headers: { authorization: 'ann' } };
    const client = clientOf(server, { client: { clock } });
    const filter = { toolsListChanged: true };
    const listening = await client.listen(endpoint, filter, { onNotification: () => {} });
    endpoint.headers.authorization = 'bob';
    await server.connections[0]?.server.close();
    await flush();
    await clock.advance(500);
    expect(asked(server)).toEqual(['ann', 'ann']);
    await listening.close();
    await client.close();
  });
});

describe('a transport', () => {
  it('gets the URL as it was written, the headers of this dial, and the endpoint', async () => {
    const server = memoryServer(countingServer());
    const endpoint = { url: 'MEMORY://Server/Mcp#x', headers: { a: 'b' } };
    await clientOf(server).listTools(endpoint);
    const { url, context } = server.connections[0] ?? expect.fail();
    expect(url).toBe('MEMORY://Server/Mcp#x');
    expect(context.endpoint).toEqual(endpoint);
    // What is left may be spread into a transport's options.
    expect({ ...context }).toEqual({ headers: { a: 'b' }, signal: expect.any(AbortSignal) });
  });

  it('is chosen by scheme; without one, the error lists what there is', async () => {
    const error = await clientOf(memoryServer(countingServer()))
      .listTools('ftp://user:secret@host/')
      .catch((error) => error);
    expect(error).toSatisfy(isUnsupportedTransportError);
    expect(error).toMatchObject({ scheme: 'ftp', supported: ['memory'], delivery: 'not-sent' });
    expect(error.message).toContain('memory');
    expect(error.message).not.toContain('secret');
    for (const scheme of ['constructor', 'toString']) {
      const inherited = clientOf(memoryServer(countingServer())).listTools(`${scheme}://host/`);
      await expect(inherited).rejects.toSatisfy(isUnsupportedTransportError);
    }
  });

  it('that is none is a ConfigError', async () => {
    const client = clientOf({ dial: () => ({}) as never });
    await expect(client.listTools(URL_A)).rejects.toSatisfy(isConfigError);
  });
});

describe('headers', () => {
  const unauthorised = () =>
    Object.assign(new Error('refused'), { status: 401, delivery: 'not-sent', retryable: false });

  it('come from functions at each dial', async () => {
    const server = memoryServer(countingServer());
    const client = clientOf(server);
    let dials = 0;
    const whole = { url: URL_A, headers: async () => ({ token: `whole ${++dials}` }) };
    const parts = { url: URL_A, headers: { plain: 'p', token: () => `part ${++dials}` } };
    for (const endpoint of [whole, parts]) {
      await client.listTools(endpoint);
      await client.listTools(endpoint);
      await client.evict(endpoint);
      await client.listTools(endpoint);
    }
    expect(server.connections.map(({ context }) => context.headers)).toEqual([
      { token: 'whole 1' },
      { token: 'whole 2' },
      { plain: 'p', token: 'part 3' },
      { plain: 'p', token: 'part 4' },
    ]);
  });

  it('are asked for once more when a dial is refused with 401, and only once', async () => {
    const server = memoryServer(countingServer());
    const asked: boolean[] = [];
    const dial = (url: string, context: never) => {
      if ((context as { headers: { token: string } }).headers.token !== 'fresh')
        throw unauthorised();
      return server.dial(url, context);
    };
    const client = clientOf({ dial: dial as never });
    const headers = (token: (refused: boolean) => string) => ({
      url: URL_A,
      headers: ({ refused }: { refused: boolean }) => {
        asked.push(refused);
        return { token: token(refused) };
      },
    });
    await client.listTools(headers((refused) => (refused ? 'fresh' : 'stale')));
    expect(asked.splice(0)).toEqual([false, true]);
    await expect(client.listTools(headers(() => 'stale'))).rejects.toMatchObject({ status: 401 });
    expect(asked.splice(0)).toEqual([false, true]);
    await expect(client.listTools({ url: URL_A, headers: { token: 'x' } })).rejects.toMatchObject({
      status: 401,
    });
  });

  it('are asked for once more when the server closes with 1008 before it answers', async () => {
    const server = memoryServer(countingServer(), {
      intercept(_, connection) {
        if (connection.context.headers?.token === 'fresh') return false;
        Object.assign(connection, { code: 1008 });
        void connection.server.close();
        return true;
      },
    });
    const dial = async (...args: Parameters<typeof server.dial>) =>
      Object.assign(await server.dial(...args), {
        closed: Promise.resolve({ code: 1008, redial: false }),
      });
    const endpoint = {
      url: URL_A,
      headers: ({ refused }: { refused: boolean }) => ({ token: refused ? 'fresh' : 'stale' }),
    };
    const { tools } = await clientOf({ dial }).listTools(endpoint);
    expect(tools).toHaveLength(3);
    expect(server.connections).toHaveLength(2);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('no token');
      },
      'headers could not be had',
    ],
    ['rejects', () => Promise.reject(new Error('no token')), 'headers could not be had'],
    ['gives no object', () => 'secret' as never, 'headers must give an object'],
    ['gives no text', () => ({ a: 7 }) as never, 'header "a" must be a string'],
  ])(
    'from a function that %s fail the call, and nothing is dialled',
    async (_, headers, message) => {
      const server = memoryServer(countingServer());
      const call = clientOf(server).listTools({ url: URL_A, headers });
      await expect(call).rejects.toThrow(message);
      expect(server.connections).toEqual([]);
    },
  );

  it("that never come end with the call's deadline", async () => {
    const server = memoryServer(countingServer());
    const endpoint = { url: URL_A, headers: () => new Promise<never>(() => {}) };
    const client = clientOf(server);
    const call = client.listTools(endpoint, { timeoutMs: 10 });
    await expect(call).rejects.toMatchObject({ code: 'TIMEOUT', delivery: 'not-sent' });
    expect(client.stats()).toEqual({ sessions: 0, inFlight: 0 });
  });
});
