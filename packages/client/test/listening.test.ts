import { McpServer } from '@modelcontextprotocol/server';
import { createPool } from '@x/pool';
import { describe, expect, it } from 'vitest';
import { FakeClock, flush } from '../../../test/fake-clock.js';
import {
  McpClient,
  type Notification,
  type SubscriptionFilter,
  sessionFactory,
} from '../src/index.js';
import { sdkSession } from '../src/sdk.js';
import { clientOf, memoryServer, URL_A } from './workshop.js';

/** Servers that can say that something changed. */
function changing(era: 'modern' | 'legacy', intercept?: Parameters<typeof memoryServer>[1]) {
  const servers: McpServer[] = [];
  const factory = () => {
    const capabilities = {
      tools: { listChanged: true },
      resources: { listChanged: true, subscribe: true },
    };
    const server = new McpServer({ name: 'changing', version: '1.0.0' }, { capabilities });
    server.registerTool('one', {}, async () => ({ content: [] }));
    server.registerResource('r', 'x://r', {}, async () => ({ contents: [] }));
    server.server.setRequestHandler('resources/subscribe', () => ({}));
    server.server.setRequestHandler('resources/unsubscribe', () => ({}));
    servers.push(server);
    return server;
  };
  const server = memoryServer(factory, { era, ...intercept });
  return { ...server, servers, newest: () => servers.at(-1) ?? expect.fail('no server') };
}

const TOOLS: SubscriptionFilter = { toolsListChanged: true };

/** Collects what is told, and waits for more. */
function ears() {
  const heard: string[] = [];
  let more = () => {};
  return {
    heard,
    onNotification: ({ method }: Notification) => {
      heard.push(method);
      more();
    },
    next: () =>
      new Promise<void>((resolve) => {
        more = resolve;
      }),
  };
}

describe.each(['legacy', 'modern'] as const)('listening to a %s server', (era) => {
  it('tells of what was asked for, and of nothing after close()', async () => {
    const server = changing(era);
    const client = clientOf(server);
    const { heard, onNotification, next } = ears();
    const listening = await client.listen(URL_A, TOOLS, { onNotification });
    expect(listening.honored).toEqual(TOOLS);
    const told = next();
    server.newest().sendResourceListChanged();
    server.newest().sendToolListChanged();
    await told;
    expect(heard).toEqual(['notifications/tools/list_changed']);
    await listening.close();
    expect(await listening.closed).toBeUndefined();
    server.newest().sendToolListChanged();
    await flush();
    expect(heard).toHaveLength(1);
    expect(client.stats().inFlight).toBe(0);
  });

  it('goes on by itself after its connection was lost, and says so', async () => {
    const clock = new FakeClock();
    const server = changing(era);
    const client = clientOf(server, { client: { clock, random: () => 0.5 } });
    const { heard, onNotification, next } = ears();
    let resumed = 0;
    const onResume = () => {
      resumed++;
    };
    const listening = await client.listen(URL_A, TOOLS, { onNotification, onResume });
    await server.connections[0]?.server.close();
    await flush();
    expect(server.connections).toHaveLength(1);
    await clock.advance(375);
    await flush();
    expect(server.connections).toHaveLength(2);
    expect(resumed).toBe(1);
    const told = next();
    server.newest().sendToolListChanged();
    await told;
    expect(heard).toEqual(['notifications/tools/list_changed']);
    await listening.close();
    await client.close();
    expect(server.open()).toEqual([]);
    expect(clock.timers).toBe(0);
  });

  it('moves at once when its session leaves service', async () => {
    const server = changing(era);
    const factory = sessionFactory({ session: sdkSession(), transports: { memory: server.dial } });
    for (const sessions of [createPool(factory), undefined]) {
      const client = sessions ? new McpClient({ sessions }) : clientOf(server);
      const { onNotification, next, heard } = ears();
      let back = () => {};
      const resumed = new Promise<void>((resolve) => {
        back = resolve;
      });
      await client.listen(URL_A, TOOLS, { onNotification, onResume: () => back() });
      const before = server.connections.length;
      await client.evict(URL_A);
      await resumed;
      expect(server.connections).toHaveLength(before + 1);
      const told = next();
      server.newest().sendToolListChanged();
      await told;
      expect(heard).toHaveLength(1);
      await client.close();
      expect(server.open()).toEqual([]);
    }
  });

  it('tells of resources by URI', async () => {
    const server = changing(era);
    const client = clientOf(server);
    const { heard, onNotification, next } = ears();
    const filter = { resourceSubscriptions: ['x://r'] };
    const listening = await client.listen(URL_A, filter, { onNotification });
    const second = await client.listen(URL_A, filter, { onNotification: () => {} });
    const told = next();
    await server.newest().server.sendResourceUpdated({ uri: 'x://other' });
    await server.newest().server.sendResourceUpdated({ uri: 'x://r' });
    await told;
    expect(heard).toEqual(['notifications/resources/updated']);
    await listening.close();
    await second.close();
    if (era === 'modern') return;
    const asked = server.connections[0]?.received.map(({ method }) => method) ?? [];
    expect(asked.filter((method) => method === 'resources/subscribe')).toHaveLength(1);
    expect(asked.filter((method) => method === 'resources/unsubscribe')).toHaveLength(1);
  });

  it('forgets a cached list when told that it changed', async () => {
    let lists = 0;
    const server = changing(era, {
      intercept({ method, id }, { server }) {
        if (method !== 'tools/list') return false;
        const tools = [{ name: `v${++lists}`, inputSchema: { type: 'object' } }];
        const result = { resultType: 'complete', tools, ttlMs: 60_000, cacheScope: 'private' };
        void server.send({ jsonrpc: '2.0', id, result } as never);
        return true;
      },
    });
    const client = clientOf(server);
    const names = async () => (await client.listTools(URL_A)).tools.map(({ name }) => name);
    expect(await names()).toEqual(['v1']);
    expect(await names()).toEqual(['v1']);
    const { onNotification, next } = ears();
    await client.listen(URL_A, TOOLS, { onNotification });
    const told = next();
    server.newest().sendToolListChanged();
    await told;
    expect(await names()).toEqual(['v2']);
    await client.evict(URL_A);
    expect(await names()).toEqual(['v3']);
    expect((await client.listTools(URL_A, { refresh: true })).tools[0]?.name).toBe('v4');
    expect(await names()).toEqual(['v4']);
    await client.close();
  });
});

describe('listening', () => {
  it('waits longer each time that listening again fails, and tells of it', async () => {
    const clock = new FakeClock();
    const server = changing('modern');
    let down = false;
    let dials = 0;
    const client = clientOf(
      {
        dial: (...args) => {
          dials++;
          if (down) throw Object.assign(new Error('down'), { delivery: 'not-sent' });
          return server.dial(...args);
        },
      },
      {
        client: {
          clock,
          random: () => 1 - Number.EPSILON,
          relistenBaseMs: 100,
          relistenMaxMs: 400,
        },
      },
    );
    const errors: unknown[] = [];
    const onError = (error: unknown) => errors.push(error);
    const listening = await client.listen(URL_A, TOOLS, { onNotification: () => {}, onError });
    down = true;
    await server.connections[0]?.server.close();
    await flush();
    const waits: number[] = [];
    let since = clock.now();
    for (let seen = dials; waits.length < 5; ) {
      await clock.advance(10);
      if (dials === seen) continue;
      seen = dials;
      waits.push(clock.now() - since);
      since = clock.now();
    }
    expect(waits).toEqual([100, 200, 400, 400, 400]);
    expect(errors).toHaveLength(5);
    down = false;
    await clock.advance(400);
    expect(server.open()).toHaveLength(1);
    await listening.close();
  });

  it('rejects if the server does not agree the first time', async () => {
    const server = memoryServer(() => new McpServer({ name: 'x', version: '1.0.0' }), {
      intercept({ method, id }, { server }) {
        if (method !== 'subscriptions/listen') return false;
        const error = { code: -32603, message: 'Subscription limit reached' };
        void server.send({ jsonrpc: '2.0', id, error } as never);
        return true;
      },
    });
    const client = clientOf(server);
    const call = client.listen(URL_A, TOOLS, { onNotification: () => {} });
    await expect(call).rejects.toMatchObject({ name: 'ProtocolError', rpcCode: -32603 });
    expect(client.stats().inFlight).toBe(0);
  });

  /** A server that answers `subscriptions/listen` with an error, once `refuse.code` is set. */
  const refusing = () => {
    const refuse: { code: number | undefined } = { code: undefined };
    const server = changing('modern', {
      intercept({ method, id }, { server }) {
        if (method !== 'subscriptions/listen' || refuse.code === undefined) return false;
        const error = { code: refuse.code, message: 'no more' };
        void server.send({ jsonrpc: '2.0', id, error } as never);
        return true;
      },
    });
    return { server, refuse };
  };

  it.each([-32601, -32602])(
    'ends for good when the server refuses it later with %i, and says why',
    async (code) => {
      const clock = new FakeClock();
      const { server, refuse } = refusing();
      const client = clientOf(server, { client: { clock } });
      const listening = await client.listen(URL_A, TOOLS, { onNotification: () => {} });
      refuse.code = code;
      await server.connections[0]?.server.close();
      await flush();
      await clock.advance(1_000);
      expect(await listening.closed).toMatchObject({ rpcCode: code });
      expect(clock.timers).toBe(0);
    },
  );

  it('goes on after the server was not able to for a while, and tells of it', async () => {
    const clock = new FakeClock();
    const { server, refuse } = refusing();
    const client = clientOf(server, { client: { clock } });
    const errors: unknown[] = [];
    let resumed = 0;
    const listening = await client.listen(URL_A, TOOLS, {
      onNotification: () => {},
      onError: (error) => errors.push(error),
      onResume: () => {
        resumed++;
      },
    });
    refuse.code = -32603;
    await server.connections[0]?.server.close();
    await flush();
    await clock.advance(500);
    expect(errors).toMatchObject([{ rpcCode: -32603, delivery: 'answered' }]);
    refuse.code = undefined;
    await clock.advance(1_000);
    expect(resumed).toBe(1);
    await listening.close();
    expect(await listening.closed).toBeUndefined();
    expect(clock.timers).toBe(0);
  });

  it('ends with its signal', async () => {
    const server = changing('modern');
    const client = clientOf(server);
    const stop = new AbortController();
    const onNotification = () => {};
    const { closed } = await client.listen(URL_A, TOOLS, { onNotification, signal: stop.signal });
    stop.abort();
    expect(await closed).toBeUndefined();
    const late = client.listen(URL_A, TOOLS, { onNotification, signal: stop.signal });
    await expect(late).rejects.toBe(stop.signal.reason);
  });

  it('survives a listener that throws', async () => {
    const server = changing('modern');
    const client = clientOf(server);
    const { heard, onNotification, next } = ears();
    await client.listen(URL_A, TOOLS, {
      onNotification: () => {
        throw new Error('broken');
      },
    });
    await client.listen(URL_A, TOOLS, { onNotification });
    const told = next();
    server.newest().sendToolListChanged();
    await told;
    expect(heard).toHaveLength(1);
    await client.close();
  });

  it('survives listeners that reject, of which nobody else hears', async () => {
    const rejected: unknown[] = [];
    const note = (error: unknown) => rejected.push(error);
    process.on('unhandledRejection', note);
    try {
      const clock = new FakeClock();
      const server = changing('modern');
      const client = clientOf(server, { client: { clock } });
      let told = 0;
      const reject = async () => {
        told++;
        throw new Error('broken');
      };
      const listeners = { onNotification: reject, onResume: reject, onError: reject };
      await client.listen(URL_A, TOOLS, listeners);
      server.newest().sendToolListChanged();
      await flush();
      await server.connections[0]?.server.close();
      await flush();
      await clock.advance(500);
      await flush();
      expect(told).toBe(2);
      await client.close();
      await flush();
      expect(rejected).toEqual([]);
    } finally {
      process.off('unhandledRejection', note);
    }
  });

  it('makes no call event, and takes no turn of the policy', async () => {
    const server = changing('modern');
    const events: unknown[] = [];
    const client = clientOf(server, {
      client: {
        observer: (event) => events.push(event),
        policy: { execute: () => Promise.reject(new Error('not me')) },
      },
    });
    const listening = await client.listen(URL_A, TOOLS, { onNotification: () => {} });
    await listening.close();
    expect(events).toEqual([]);
  });

  it('is over with the client', async () => {
    const server = changing('modern');
    const client = clientOf(server);
    const listening = await client.listen(URL_A, TOOLS, { onNotification: () => {} });
    await client.close();
    expect(await listening.closed).toBeUndefined();
    const late = client.listen(URL_A, TOOLS, { onNotification: () => {} });
    await expect(late).rejects.toMatchObject({ code: 'SESSION', retryable: false });
  });

  it('that has not begun is over with the client too, at once', async () => {
    const server = changing('modern', {
      intercept: ({ method }) => method === 'subscriptions/listen',
    });
    const client = clientOf(server);
    const opening = client
      .listen(URL_A, TOOLS, { onNotification: () => {} })
      .catch((error) => error);
    await flush();
    await client.close();
    expect(await opening).toMatchObject({ code: 'SESSION', delivery: 'not-sent' });
    expect(server.open()).toEqual([]);
  });
});
