import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flush } from '../../../test/fake-clock.js';
import { failureOf, open, track } from './scripted.js';

describe('a server that breaks the rules', () => {
  it('is told of by kind, and breaks nothing', async () => {
    const { session, transport, violations, events } = await open();
    const call = track(session.request('tools/call', { name: 'a' }));
    const { id } = transport.last;
    const deeds: [unknown, string][] = [
      ['text', 'malformed'],
      [null, 'malformed'],
      [[], 'malformed'],
      [{ jsonrpc: '2.0', method: 5 }, 'malformed'],
      [{ jsonrpc: '2.0', method: 'a/b', params: [1] }, 'malformed'],
      [{ jsonrpc: '2.0', id: 1, method: 'sampling/createMessage' }, 'request'],
      [{ jsonrpc: '2.0', id: 4711, result: {} }, 'unknown-id'],
      [{ jsonrpc: '2.0', id: String(id), result: {} }, 'unknown-id'],
      [{ jsonrpc: '2.0', id: null, error: { code: -32700, message: 'what?' } }, 'unknown-id'],
      [{ jsonrpc: '2.0', id: -1, result: {} }, 'unknown-id'],
      [{ jsonrpc: '2.0', id: 1, result: {} }, 'settled-id'],
      [{ jsonrpc: '2.0', method: 'notifications/progress', params: { progress: 1 } }, 'unknown-id'],
      [{ jsonrpc: '2.0', method: 'notifications/cancelled', params: {} }, 'unknown-id'],
      [
        {
          jsonrpc: '2.0',
          method: 'notifications/tools/list_changed',
          params: { _meta: { 'io.modelcontextprotocol/subscriptionId': 'mine' } },
        },
        'unknown-id',
      ],
    ];
    for (const [message] of deeds) transport.say(message);
    expect(violations()).toEqual(deeds.map(([, kind]) => kind));
    expect(events).toContainEqual(
      expect.objectContaining({ kind: 'request', method: 'sampling/createMessage' }),
    );
    expect(await call()).toBe('pending');
    transport.complete({ content: [] }, id);
    expect(await call()).toEqual({ content: [] });
  });

  it.each([
    ['nothing', {}],
    ['both', { result: {}, error: { code: 1, message: 'x' } }],
    ['a text', { result: 'x' }],
    ['a list', { result: [] }],
    ['an error that is none', { error: 'x' }],
    ['an error without a code', { error: { message: 'x' } }],
    ['an error whose code is no integer', { error: { code: 1.5, message: 'x' } }],
    ['an error without a message', { error: { code: 1 } }],
  ])('fails the request that it answers with %s', async (_, answer) => {
    const { session, transport, violations } = await open();
    const failed = failureOf(session.request('a/b'));
    transport.say({ jsonrpc: '2.0', id: transport.last.id, ...answer });
    expect(await failed).toMatchObject({ code: 'INVALID_RESULT', delivery: 'answered' });
    expect(violations()).toEqual(['invalid-result']);
  });

  it('cannot make the session remember all that was cancelled', async () => {
    const { session, transport, violations } = await open();
    const cancel = async () => {
      const controller = new AbortController();
      const call = session.request('a/b', {}, { signal: controller.signal }).catch(() => {});
      const { id } = transport.last;
      controller.abort();
      await call;
      return id;
    };
    const first = await cancel();
    for (let n = 0; n < 1_000; n += 1) await cancel();
    const last = await cancel();
    transport.complete({}, last);
    expect(violations()).toEqual([]);
    transport.complete({}, first);
    expect(violations()).toEqual(['settled-id']);
  });

  it('breaks nothing, whatever it says', async () => {
    const message = fc.oneof(
      fc.jsonValue(),
      fc.record(
        {
          jsonrpc: fc.constant('2.0'),
          id: fc.oneof(fc.integer({ min: -2, max: 12 }), fc.string(), fc.constant(null)),
          method: fc.constantFrom(
            'notifications/progress',
            'notifications/cancelled',
            'notifications/subscriptions/acknowledged',
            'notifications/tools/list_changed',
            'x',
          ),
          params: fc.oneof(
            fc.jsonValue(),
            fc.record(
              {
                progressToken: fc.integer({ min: -2, max: 12 }),
                requestId: fc.integer({ min: -2, max: 12 }),
                progress: fc.jsonValue(),
                _meta: fc.record({
                  'io.modelcontextprotocol/subscriptionId': fc.integer({ min: -2, max: 12 }),
                }),
              },
              { requiredKeys: [] },
            ),
          ),
          result: fc.oneof(
            fc.jsonValue(),
            fc.record(
              {
                resultType: fc.oneof(fc.constantFrom('complete', 'input_required'), fc.jsonValue()),
                inputRequests: fc.jsonValue(),
                requestState: fc.jsonValue(),
                content: fc.jsonValue(),
              },
              { requiredKeys: [] },
            ),
          ),
          error: fc.jsonValue(),
        },
        { requiredKeys: ['jsonrpc'] },
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(message, { maxLength: 30 }), async (messages) => {
        const { session, transport, clock } = await open();
        const requests = [
          session.request('tools/call', { name: 'a' }, { onProgress() {} }),
          session.request('tools/list'),
          session.request('com.example/x', {}, { resetTimeoutOnProgress: true }),
          session.listen({}, { onNotification() {} }),
        ].map(track);
        for (const one of messages) transport.say(one);
        await flush();
        // All of it ends by itself.
        await clock.advance(1e6);
        for (const outcome of requests) expect(await outcome()).not.toBe('pending');
        const call = session.request('com.example/y');
        transport.complete({ fine: true });
        expect(await call).toEqual({ fine: true });
        await session.close();
        expect(clock.timers).toBe(0);
      }),
      { numRuns: 150 },
    );
  });
});

describe('many requests', () => {
  it('find their answers beside one that takes for ever', async () => {
    const { session, transport } = await open();
    const slow = track(session.request('com.example/slow', {}, { timeoutMs: 0 }));
    const slowId = transport.last.id;
    for (let round = 0; round < 40; round += 1) {
      const calls = Array.from({ length: 50 }, (_, n) => session.request('com.example/n', { n }));
      const requests = transport.sent.splice(0).filter(({ method }) => method === 'com.example/n');
      for (const { id, params } of requests.reverse()) transport.complete({ n: params.n }, id);
      expect(await Promise.all(calls)).toEqual(Array.from({ length: 50 }, (_, n) => ({ n })));
    }
    expect(await slow()).toBe('pending');
    transport.complete({ at: 'last' }, slowId);
    expect(await slow()).toEqual({ at: 'last' });
  });
});
