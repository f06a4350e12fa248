import { describe, expect, it } from 'vitest';
import { flush } from '../../../test/fake-clock.js';
import type { Handlers, JsonObject } from '../src/index.js';
import { open, openOver, TellingTransport, track } from './scripted.js';

const content = [{ type: 'text', text: 'ok' }];
const form = (message: string) => ({
  method: 'elicitation/create',
  params: { mode: 'form', message, requestedSchema: { type: 'object', properties: {} } },
});
const required = (inputRequests?: JsonObject, requestState?: unknown) => ({
  resultType: 'input_required',
  inputRequests,
  requestState,
});

describe('a request for which the server needs input', () => {
  it('is repeated with the answers and the state, under a new id', async () => {
    const asked: unknown[] = [];
    const handlers: Handlers = {
      'elicitation/create': (params) => {
        asked.push(params.message);
        return { action: 'accept', content: { name: params.message } };
      },
      'roots/list': () => ({ roots: [] }),
    };
    const { session, transport } = await open({ handlers });
    const params = { name: 'a', arguments: { x: 1 }, _meta: { mine: 1 } };
    const call = session.request('tools/call', params, { onProgress() {} });
    const first = transport.last;
    const state = '{"not":"parsed"}\u0000';
    transport.answer(
      required({ one: form('A'), two: form('B'), three: { method: 'roots/list' } }, state),
    );
    await flush();
    const second = transport.last;
    expect(second.id).not.toBe(first.id);
    expect(second.params).toEqual({
      ...first.params,
      _meta: { ...first.params._meta, progressToken: second.id },
      inputResponses: {
        one: { action: 'accept', content: { name: 'A' } },
        two: { action: 'accept', content: { name: 'B' } },
        three: { roots: [] },
      },
      requestState: state,
    });
    transport.answer(required({ four: form('C') }));
    await flush();
    expect(transport.last.params.inputResponses).toEqual({
      four: { action: 'accept', content: { name: 'C' } },
    });
    expect(transport.last.params).not.toHaveProperty('requestState');
    transport.complete({ content });
    expect(await call).toEqual({ content });
    expect(asked).toEqual(['A', 'B', 'C']);
  });

  it('is repeated after a pause where the server only puts it off', async () => {
    const { session, transport, clock } = await open();
    const call = session.request('tools/call', { name: 'a' });
    transport.answer(required(undefined, 'later'));
    const before = transport.sent.length;
    await clock.advance(249);
    expect(transport.sent).toHaveLength(before);
    await clock.advance(1);
    expect(transport.last.params).toMatchObject({ name: 'a', requestState: 'later' });
    expect(transport.last.params).not.toHaveProperty('inputResponses');
    transport.complete({ content });
    expect(await call).toEqual({ content });
  });

  it('fails after so many rounds', async () => {
    const { session, transport, violations } = await open({
      maxInputRounds: 3,
      handlers: { 'roots/list': () => ({ roots: [] }) },
    });
    const call = track(session.request('tools/call', { name: 'a' }));
    for (let round = 0; round < 4; round += 1) {
      transport.answer(required({ a: { method: 'roots/list' } }, 'again'));
      await flush();
    }
    expect(await call()).toMatchObject({ code: 'INPUT_REQUIRED', delivery: 'answered' });
    expect(violations()).toEqual(['invalid-result']);
  });

  it('is put off for as long as timeoutMs, with pauses that grow to two seconds', async () => {
    const { session, transport, clock } = await open({ maxInputRounds: 1, timeoutMs: 10_000 });
    const call = track(session.request('tools/call', { name: 'a' }));
    const pauses: number[] = [];
    for (let since = clock.now(); pauses.length < 6; since = clock.now()) {
      const before = transport.sent.length;
      transport.answer(required(undefined, 'later'));
      while (transport.sent.length === before) await clock.advance(250);
      pauses.push(clock.now() - since);
    }
    expect(pauses).toEqual([250, 500, 1_000, 2_000, 2_000, 2_000]);
    transport.answer(required(undefined, 'later'));
    await clock.advance(1_999);
    const sent = transport.sent.length;
    await clock.advance(250);
    expect(transport.sent).toHaveLength(sent + 1);
    expect(await call()).toBe('pending');
    transport.answer(required(undefined, 'later'));
    await clock.advance(10_000);
    expect(await call()).toMatchObject({ code: 'TIMEOUT', timeoutMs: 10_000 });
    expect(transport.sent).toHaveLength(sent + 1);
    expect(clock.timers).toBe(0);
  });

  it('is interrupted where a later round does not arrive: the first one has run', async () => {
    for (const how of ['drain', 'send', 'leave'] as const) {
      const transport = new TellingTransport();
      const { session } = await openOver(transport, {
        handlers: { 'roots/list': () => (how === 'leave' ? new Promise(() => {}) : { roots: [] }) },
      });
      const call = track(session.request('tools/call', { name: 'a' }));
      const refused = Object.assign(new Error('closing'), { delivery: 'not-sent' });
      if (how === 'send') transport.onSend = () => Promise.reject(refused);
      transport.answer(required({ a: { method: 'roots/list' } }));
      await flush();
      const data = { reason: 'draining', retryAfterMs: 7 };
      if (how === 'drain') transport.refuse(-32010, 'draining', data);
      if (how === 'leave') transport.drop({ code: 1001, delivery: 'not-sent' });
      const error = await call();
      expect(error).toMatchObject({
        code: 'INTERRUPTED',
        delivery: 'unknown',
        cause: { delivery: 'not-sent' },
      });
      if (how === 'drain') expect(error).toMatchObject({ retryAfterMs: 7 });
    }
  });

  it('fails where its handlers take too long, and tells them', async () => {
    let reason: unknown;
    const { session, transport, clock } = await open({
      handlerTimeoutMs: 1_000,
      handlers: {
        'roots/list': (_, { signal }) => {
          signal.addEventListener('abort', () => {
            reason = signal.reason;
          });
          return new Promise(() => {});
        },
      },
    });
    const call = track(session.request('tools/call', { name: 'a' }, { timeoutMs: 100 }));
    transport.answer(required({ a: { method: 'roots/list' } }));
    await clock.advance(999);
    expect(await call()).toBe('pending');
    await clock.advance(1);
    expect(await call()).toMatchObject({ code: 'HANDLER_FAILED', delivery: 'answered' });
    expect(reason).toBe(await call());
    expect(clock.timers).toBe(0);
  });

  it.each([null, 'text', Object.assign(new Error('x'), { delivery: 'not-sent', retryable: true })])(
    'fails of its own accord where a handler throws %s',
    async (thrown) => {
      const { session, transport } = await open({
        handlers: { 'roots/list': () => Promise.reject(thrown) },
      });
      const call = track(session.request('tools/call', { name: 'a' }));
      transport.answer(required({ a: { method: 'roots/list' } }));
      const error = await call();
      expect(error).toMatchObject({
        name: 'ProtocolError',
        code: 'HANDLER_FAILED',
        delivery: 'answered',
        cause: thrown,
      });
      expect(error).not.toHaveProperty('retryable');
    },
  );

  it('fails where a handler throws, and ends the other handlers', async () => {
    const broken = new Error('the user has left');
    let aborted: unknown;
    const { session, transport } = await open({
      handlers: {
        'roots/list': async () => {
          throw broken;
        },
        'elicitation/create': (_, { signal }) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => {
              aborted = signal.reason;
              reject(signal.reason);
            });
          }),
      },
    });
    const call = track(session.request('tools/call', { name: 'a' }));
    const before = transport.sent.length;
    transport.answer(required({ a: form('x'), b: { method: 'roots/list' } }));
    expect(await call()).toMatchObject({ code: 'HANDLER_FAILED', cause: broken });
    expect(aborted).toBe(await call());
    expect(transport.sent).toHaveLength(before);
  });

  it.each([
    ['has no handler', { a: { method: 'sampling/createMessage', params: {} } }],
    ['must not be asked', { a: { method: 'toString' } }],
    ['has no name', { a: { params: {} } }],
    ['is no request', { a: 'please' }],
    [
      'is a URL to open, which the client did not offer',
      {
        a: {
          method: 'elicitation/create',
          params: { mode: 'url', url: 'https://evil.example', message: '' },
        },
      },
    ],
    [
      'is of an unknown mode',
      { a: { method: 'elicitation/create', params: { mode: 'hologram' } } },
    ],
  ])('fails where what is asked for %s', async (_, inputRequests) => {
    const { session, transport } = await open({
      handlers: {
        'elicitation/create': () => ({ action: 'accept' }),
      },
    });
    const call = track(session.request('tools/call', { name: 'a' }));
    const before = transport.sent.length;
    transport.answer(required(inputRequests));
    expect(await call()).toMatchObject({ code: 'INPUT_REQUIRED', delivery: 'answered' });
    expect(transport.sent).toHaveLength(before);
  });

  it('fails where a handler answers with nothing', async () => {
    const { session, transport } = await open({
      handlers: { 'roots/list': () => undefined as unknown as JsonObject },
    });
    const call = track(session.request('tools/call', { name: 'a' }));
    transport.answer(required({ a: { method: 'roots/list' } }));
    expect(await call()).toMatchObject({ code: 'HANDLER_FAILED', delivery: 'answered' });
  });

  it('opens URLs where the client offered that', async () => {
    const { session, transport } = await open({
      capabilities: { elicitation: { url: {} } },
      handlers: { 'elicitation/create': () => ({ action: 'accept' }) },
    });
    const call = track(session.request('tools/call', { name: 'a' }));
    transport.answer(
      required({
        a: { method: 'elicitation/create', params: { mode: 'url', url: 'https://a.example' } },
      }),
    );
    await flush();
    expect(transport.last.params.inputResponses).toEqual({ a: { action: 'accept' } });
    transport.answer(required({ a: form('name') }));
    expect(await call()).toMatchObject({ code: 'INPUT_REQUIRED' });
  });

  it('does not count the time of its handlers, but in the total', async () => {
    let aborted = false;
    const { session, transport, clock } = await open({
      handlers: {
        'roots/list': (_, { signal }) =>
          new Promise((resolve) => {
            signal.addEventListener('abort', () => {
              aborted = true;
              resolve({ roots: [] });
            });
          }),
      },
    });
    const options = { timeoutMs: 100, maxTotalTimeoutMs: 1_000 };
    const call = track(session.request('tools/call', { name: 'a' }, options));
    transport.answer(required({ a: { method: 'roots/list' } }));
    const before = transport.sent.length;
    await clock.advance(999);
    expect(await call()).toBe('pending');
    await clock.advance(1);
    expect(await call()).toMatchObject({ code: 'TIMEOUT', timeoutMs: 1_000 });
    expect(aborted).toBe(true);
    // Nothing is under way that could be cancelled, and nothing is repeated.
    expect(transport.sent).toHaveLength(before);
  });

  it.each(['abort', 'loss'])('ends its handlers on %s', async (end) => {
    let reason: unknown;
    const { session, transport, clock } = await open({
      handlers: {
        'roots/list': (_, { signal }) =>
          new Promise((resolve) => {
            signal.addEventListener('abort', () => {
              reason = signal.reason;
              resolve({ roots: [] });
            });
          }),
      },
    });
    const controller = new AbortController();
    const { signal } = controller;
    const call = track(session.request('tools/call', { name: 'a' }, { signal }));
    transport.answer(required({ a: { method: 'roots/list' } }));
    if (end === 'abort') controller.abort('enough');
    else transport.onclose?.();
    const error = await call();
    if (end === 'abort') expect(error).toBe('enough');
    else expect(error).toMatchObject({ code: 'SESSION_CLOSED' });
    expect(reason).toBe(error);
    expect(transport.sent).toHaveLength(2);
    await session.close();
    expect(clock.timers).toBe(0);
  });

  it.each(['server/discover', 'tools/list', 'resources/templates/list', 'completion/complete'])(
    'is none that the server may put off: %s',
    async (method) => {
      const { session, transport } = await open();
      const call = track(session.request(method));
      transport.answer(required(undefined, 'x'));
      expect(await call()).toMatchObject({ code: 'INVALID_RESULT' });
    },
  );

  it('takes a second answer of the same round for one too many', async () => {
    const { session, transport, violations } = await open({
      handlers: { 'roots/list': () => new Promise(() => {}) },
    });
    const call = track(session.request('tools/call', { name: 'a' }));
    transport.answer(required({ a: { method: 'roots/list' } }));
    transport.complete({ content });
    expect(await call()).toBe('pending');
    expect(violations()).toEqual(['settled-id']);
  });
});
