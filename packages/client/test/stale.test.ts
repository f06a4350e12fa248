// What is remembered of a server goes when it proves wrong, however the server shows that.
import { describe, expect, it } from 'vitest';
import { FakeClock, flush } from '../../../test/fake-clock.js';
import { sdkSession } from '../src/sdk.js';
import { clientOf, countingServer, type MemoryOptions, memoryServer, URL_A } from './workshop.js';

describe('a server that has become one of the older era', () => {
  const become = (what: 'silent' | 'deaf', code?: number) => {
    const clock = new FakeClock();
    let changed = false;
    const intercept: MemoryOptions['intercept'] = ({ method }, { server, received }) => {
      const handshaken = received.some((message) => message.method === 'initialize');
      if (!changed || method === 'initialize' || handshaken) return false;
      if (what === 'deaf') void server.close();
      return true;
    };
    const modern = memoryServer(countingServer());
    const legacy = memoryServer(countingServer(), { era: 'legacy', intercept });
    const client = clientOf(
      {
        dial: async (...args) => {
          const transport = await (changed ? legacy : modern).dial(...args);
          return code === undefined
            ? transport
            : Object.assign(transport, { closed: Promise.resolve({ code }) });
        },
      },
      { clock, session: sdkSession({ clock }), client: { clock } },
    );
    const change = async () => {
      await client.listTools(URL_A);
      await modern.connections[0]?.server.close();
      await flush();
      changed = true;
    };
    return { client, clock, change, legacy };
  };

  it('and is silent is met anew after the first request that it has not answered', async () => {
    const { client, clock, change } = become('silent');
    await change();
    await expect(client.callTool(URL_A, 'pay', {}, { timeoutMs: 20 })).rejects.toMatchObject({
      name: 'TimeoutError',
    });
    const again = client.callTool(URL_A, 'pay');
    await flush();
    await clock.advance(2_000);
    expect(await again).toMatchObject({ content: [{ text: 'paid' }] });
  });

  it('and hangs up is met anew', async () => {
    const { client, change } = become('deaf');
    await change();
    await expect(client.callTool(URL_A, 'pay')).rejects.toMatchObject({ delivery: 'unknown' });
    expect(await client.callTool(URL_A, 'pay')).toMatchObject({ content: [{ text: 'paid' }] });
  });

  it('is remembered where it only went away', async () => {
    const { client, change, legacy } = become('deaf', 1001);
    await change();
    await expect(client.callTool(URL_A, 'pay')).rejects.toMatchObject({ delivery: 'unknown' });
    await expect(client.callTool(URL_A, 'pay')).rejects.toMatchObject({ delivery: 'unknown' });
    const asked = legacy.connections.map(({ received }) => received[0]?.method);
    expect(asked).toEqual(['tools/call', 'tools/call']);
  });
});
