import { getEventListeners } from 'node:events';
import { strategy } from '@x/retry';
import { describe, expect, it } from 'vitest';
import { flush } from '../../../test/fake-clock.js';
import { follow } from '../src/follow.js';
import { clientOf, countingServer, memoryServer, URL_A } from './workshop.js';

const listeners = (signal: AbortSignal) => getEventListeners(signal, 'abort').length;

describe('one signal for many calls and subscriptions', () => {
  it('has one listener of the client, and none when they are over', async () => {
    let silent = false;
    const server = memoryServer(countingServer(), {
      intercept: ({ method }) => silent && method === 'tools/call',
    });
    const client = clientOf(server, { client: { policy: strategy('circuit-breaker') } });
    const { signal } = new AbortController();
    const filter = { toolsListChanged: true };
    const call = () => client.callTool(URL_A, 'echo', { text: 'a' }, { signal });
    const calls = Array.from({ length: 20 }, call);
    const listening = await Promise.all(
      Array.from({ length: 20 }, () =>
        client.listen(URL_A, filter, { signal, onNotification: () => {} }),
      ),
    );
    await Promise.all(calls);
    silent = true;
    const late = Array.from({ length: 20 }, () => call().catch(() => {}));
    await flush();
    expect(listeners(signal)).toBe(1);
    await Promise.all(listening.map((each) => each.close()));
    await client.close();
    await Promise.all(late);
    expect(listeners(signal)).toBe(0);
  });

  it('ends them all, each with its reason', async () => {
    const server = memoryServer(countingServer(), {
      intercept: ({ method }) => method === 'tools/call',
    });
    const client = clientOf(server);
    const stop = new AbortController();
    const { signal } = stop;
    const calls = Array.from({ length: 20 }, (_, n) =>
      client.callTool(URL_A, 'pay', {}, n % 2 ? { signal, maxTotalTimeoutMs: 9_000 } : { signal }),
    );
    const seen = Promise.allSettled(calls);
    await flush();
    stop.abort('enough');
    expect(await seen).toEqual(calls.map(() => ({ status: 'rejected', reason: 'enough' })));
    expect(listeners(signal)).toBe(0);
    await client.close();
  });
});

describe('who follows a signal', () => {
  it('is called once, at once if it has aborted, and not after having stopped', () => {
    const stop = new AbortController();
    const called: string[] = [];
    const stops = ['a', 'b', 'c', 'd'].map((name) => follow(stop.signal, () => called.push(name)));
    stops[1]?.();
    stops[1]?.();
    stops[3]?.();
    expect(listeners(stop.signal)).toBe(1);
    stop.abort();
    follow(stop.signal, () => called.push('late'));
    for (const end of stops) end();
    expect(called.sort()).toEqual(['a', 'c', 'late']);
    expect(listeners(stop.signal)).toBe(0);
  });

  it('need not be the first, nor the last', () => {
    const stop = new AbortController();
    let called = 0;
    follow(stop.signal, () => {})();
    const second = follow(stop.signal, () => called++);
    const third = follow(stop.signal, () => called++);
    second();
    third();
    expect(listeners(stop.signal)).toBe(0);
    follow(stop.signal, () => called++);
    stop.abort();
    expect(called).toBe(1);
  });
});
