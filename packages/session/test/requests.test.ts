import { describe, expect, it } from 'vitest';
import { flush } from '../../../test/fake-clock.js';
import { clientInfo, failureOf, open, openOver, ScriptedTransport, track } from './scripted.js';

const envelope = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': clientInfo,
  'io.modelcontextprotocol/clientCapabilities': {},
};

const content = [{ type: 'text', text: 'ok' }];

describe('a request', () => {
  it('carries the envelope, under an id of its own', async () => {
    const { session, transport } = await open();
    const first = session.request('tools/call', { name: 'a', arguments: { x: 1 } });
    const { id } = transport.last;
    expect(transport.last).toEqual({
      jsonrpc: '2.0',
      id,
      method: 'tools/call',
      params: { name: 'a', arguments: { x: 1 }, _meta: envelope },
    });
    void session.request('tools/list').catch(() => {});
    expect(transport.last.id).not.toBe(id);
    transport.complete({ content }, id);
    expect(await first).toEqual({ content });
  });

  it('leaves the params of the caller as they are', async () => {
    const { session } = await open();
    const params = Object.freeze({ name: 'a', _meta: Object.freeze({ mine: 1 }) });
    void session.request('tools/call', params, { onProgress() {} }).catch(() => {});
    expect(params).toEqual({ name: 'a', _meta: { mine: 1 } });
  });

  it('sends what the caller says in _meta, his own value first', async () => {
    const { session, transport } = await open({
      traceContext: (method) => ({ traceparent: `00-${method}`, mine: 'trace', both: 'trace' }),
    });
    const params = { uri: 'a:b', _meta: { mine: 'params', 'com.example/a': 1 } };
    void session
      .request('resources/read', params, {
        meta: { mine: 'options', both: 'options' },
        logLevel: 'debug',
        onProgress() {},
      })
      .catch(() => {});
    expect(transport.last.params._meta).toEqual({
      ...envelope,
      'io.modelcontextprotocol/logLevel': 'debug',
      traceparent: '00-resources/read',
      'com.example/a': 1,
      mine: 'params',
      both: 'options',
      progressToken: transport.last.id,
    });
  });

  it('goes out without its trace when the hook throws', async () => {
    const { session, transport } = await open({
      traceContext() {
        throw new Error('no tracer');
      },
    });
    void session.request('tools/list').catch(() => {});
    expect(transport.last.params._meta).toEqual(envelope);
  });

  it('keeps what it does not know of a result', async () => {
    const { session, transport } = await open();
    const result = session.request('tools/list', { cursor: '' });
    expect(transport.last.params.cursor).toBe('');
    const tools = [{ name: 'a', inputSchema: {}, 'x-new': [1] }];
    const rest = { nextCursor: '', ttlMs: 5, 'com.example/y': { z: null }, _meta: { a: 1 } };
    transport.complete({ tools, ...rest });
    expect(await result).toEqual({ tools, ...rest });
  });

  it('takes answers in any order', async () => {
    const { session, transport } = await open();
    const calls = [0, 1, 2].map((n) => session.request('com.example/n', { n }));
    for (const { id, params } of transport.sent.slice(-3).reverse()) {
      transport.complete({ n: params.n }, id);
    }
    expect(await Promise.all(calls)).toEqual([{ n: 0 }, { n: 1 }, { n: 2 }]);
  });

  it('rejects with what the server says is wrong', async () => {
    const { session, transport } = await open();
    const failed = failureOf(session.request('tools/call', { name: 'a' }));
    transport.refuse(-32602, 'bad arguments', { where: 'x' });
    expect(await failed).toMatchObject({
      name: 'ProtocolError',
      code: 'RPC_ERROR',
      message: 'bad arguments',
      rpcCode: -32602,
      data: { where: 'x' },
      delivery: 'answered',
    });
  });

  it.each(['draining', 'overloaded'])('was not sent to a server that is %s', async (reason) => {
    const { session, transport } = await open();
    const failed = failureOf(session.request('tools/call', { name: 'a' }));
    transport.refuse(-32010, 'later', { reason, retryAfterMs: 250 });
    expect(await failed).toMatchObject({
      delivery: 'not-sent',
      retryAfterMs: 250,
      rpcCode: -32010,
    });
  });

  it('was answered where -32010 means something else', async () => {
    const { session, transport } = await open();
    const failed = failureOf(session.request('tools/call', { name: 'a' }));
    transport.refuse(-32010, 'custom', { retryAfterMs: 250 });
    const error = await failed;
    expect(error.delivery).toBe('answered');
    expect(error).not.toHaveProperty('retryAfterMs');
  });

  it('rejects with the error of a send that failed, unchanged', async () => {
    const { session, transport } = await open();
    const refused = Object.assign(new Error('full'), {
      delivery: 'not-sent',
      code: 'BACK_PRESSURE',
    });
    transport.onSend = () => Promise.reject(refused);
    expect(await failureOf(session.request('tools/list'))).toBe(refused);
    transport.onSend = () => {
      throw refused;
    };
    expect(await failureOf(session.request('tools/list'))).toBe(refused);
  });

  it('is refused when too many are in flight', async () => {
    const { session, transport } = await open({ maxInFlight: 2 });
    const calls = [session.request('a/b'), session.request('a/b')];
    expect(await failureOf(session.request('a/b'))).toMatchObject({
      code: 'TOO_MANY_IN_FLIGHT',
      delivery: 'not-sent',
    });
    for (const { id } of transport.sent.slice(-2)) transport.complete({}, id);
    await Promise.all(calls);
    void session.request('a/b').catch(() => {});
    expect(transport.sent).toHaveLength(4);
  });

  it('rejects with the reason of its signal, and tells the server', async () => {
    const { session, transport, violations } = await open();
    const controller = new AbortController();
    const call = session.request('tools/call', { name: 'a' }, { signal: controller.signal });
    const { id } = transport.last;
    controller.abort('enough');
    expect(await failureOf(call)).toBe('enough');
    expect(transport.last).toEqual({
      jsonrpc: '2.0',
      method: 'notifications/cancelled',
      params: { requestId: id, reason: 'aborted', _meta: envelope },
    });
    transport.notify('notifications/progress', { progressToken: id, progress: 1 });
    transport.complete({ content }, id);
    expect(violations()).toEqual([]);
    transport.complete({ content }, id);
    expect(violations()).toEqual(['settled-id']);
  });

  it('is not sent when its signal has aborted', async () => {
    const { session, transport } = await open();
    const before = transport.sent.length;
    const reason = new Error('no');
    const call = session.request('tools/list', {}, { signal: AbortSignal.abort(reason) });
    expect(await failureOf(call)).toBe(reason);
    expect(transport.sent).toHaveLength(before);
  });

  it('listens to its signal no longer than it takes', async () => {
    const { session, transport } = await open();
    const controller = new AbortController();
    let listeners = 0;
    const { signal } = controller;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...args: unknown[]) => {
      listeners += 1;
      Reflect.apply(addEventListener, signal, args);
    };
    signal.removeEventListener = (...args: unknown[]) => {
      listeners -= 1;
      Reflect.apply(removeEventListener, signal, args);
    };
    const call = session.request('a/b', {}, { signal });
    expect(listeners).toBe(1);
    transport.complete({});
    await call;
    expect(listeners).toBe(0);
    const sent = transport.sent.length;
    controller.abort();
    expect(transport.sent).toHaveLength(sent);
  });

  it('rejects for options that are wrong', async () => {
    const { session, transport } = await open();
    const before = transport.sent.length;
    for (const options of [
      { timeoutMs: -1 },
      { timeoutMs: Number.NaN },
      { maxTotalTimeoutMs: -2 },
    ]) {
      expect(await failureOf(session.request('a/b', {}, options))).toMatchObject({
        code: 'CONFIG',
      });
    }
    expect(transport.sent).toHaveLength(before);
  });
});

describe('deadlines', () => {
  it('end a request after the timeout of the session', async () => {
    const { session, transport, clock } = await open();
    const call = track(session.request('tools/call', { name: 'a' }));
    const { id } = transport.last;
    await clock.advance(59_999);
    expect(await call()).toBe('pending');
    await clock.advance(1);
    expect(await call()).toMatchObject({
      name: 'TimeoutError',
      code: 'TIMEOUT',
      timeoutMs: 60_000,
      delivery: 'unknown',
    });
    expect(transport.last).toMatchObject({
      method: 'notifications/cancelled',
      params: { requestId: id, reason: 'timed out' },
    });
  });

  it.each([0, Infinity])('do not end a request with a timeout of %s', async (timeoutMs) => {
    const { session, clock } = await open();
    const call = track(session.request('tools/list', {}, { timeoutMs }));
    await clock.advance(1e9);
    expect(await call()).toBe('pending');
  });

  it('share one timer, and each is kept', async () => {
    const { session, clock } = await open();
    const times = [70, 20, 90, 20, 50];
    const calls = times.map((timeoutMs) => session.request('a/b', {}, { timeoutMs }));
    expect(clock.timers).toBe(1);
    const ended: number[] = [];
    for (const [index, call] of calls.entries()) {
      void call.catch(() => ended.push(times[index] ?? 0));
    }
    for (const [ms, done] of [
      [20, [20, 20]],
      [49, [20, 20]],
      [50, [20, 20, 50]],
      [90, [20, 20, 50, 70, 90]],
    ] as const) {
      await clock.advance(1_000 + ms - clock.now());
      expect(ended).toEqual(done);
      expect(clock.timers).toBe(ms === 90 ? 0 : 1);
    }
  });

  it('do not cancel what ends while others are cancelled', async () => {
    const { session, transport, clock } = await open();
    const first = track(session.request('a/b', {}, { timeoutMs: 10 }));
    const second = track(session.request('a/b', {}, { timeoutMs: 10 }));
    const { id } = transport.last;
    // A server in the same process may answer before `send` returns.
    transport.onSend = () => transport.complete({ fine: true }, id) as undefined;
    await clock.advance(10);
    expect(await first()).toMatchObject({ code: 'TIMEOUT' });
    expect(await second()).toEqual({ fine: true });
    expect(transport.sent.filter(({ method }) => method.includes('cancelled'))).toHaveLength(1);
  });

  it('are as long as they say beyond the longest timer', async () => {
    const { session, clock } = await open();
    const call = track(session.request('a/b', {}, { timeoutMs: 2 ** 32 }));
    await clock.advance(2 ** 32 - 1);
    expect(await call()).toBe('pending');
    await clock.advance(1);
    expect(await call()).toMatchObject({ code: 'TIMEOUT' });
  });

  it('leave no timer behind when the session ends', async () => {
    const { session, clock } = await open();
    void session.request('a/b').catch(() => {});
    expect(clock.timers).toBe(1);
    await session.close();
    expect(clock.timers).toBe(0);
  });

  it('do not keep a process alive', async () => {
    let held = 0;
    const clock = {
      now: () => 0,
      setTimeout() {
        held += 1;
        return {
          unref() {
            held -= 1;
          },
        };
      },
      clearTimeout() {},
    };
    const { session } = await openOver(new ScriptedTransport(), { clock });
    void session.request('a/b').catch(() => {});
    expect(held).toBe(0);
  });
});

describe('progress', () => {
  it('is told as it comes, and ends with the answer', async () => {
    const { session, transport, violations } = await open();
    const seen: unknown[] = [];
    const call = session.request('a/b', {}, { onProgress: (progress) => seen.push(progress) });
    const progressToken = transport.last.params._meta.progressToken;
    expect(progressToken).toBe(transport.last.id);
    const tell = (params: object) =>
      transport.notify('notifications/progress', { progressToken, ...params });
    tell({ progress: 0.5, total: 2, message: 'half', _meta: { a: 1 } });
    tell({ progress: 2 });
    tell({ progress: 'much' });
    transport.complete({});
    await call;
    tell({ progress: 3 });
    expect(seen).toEqual([
      { progress: 0.5, total: 2, message: 'half', _meta: { a: 1 } },
      { progress: 2 },
    ]);
    expect(violations()).toEqual(['malformed', 'settled-id']);
  });

  it('starts the timeout again where asked, up to the total', async () => {
    const { session, transport, clock } = await open();
    const options = { timeoutMs: 100, resetTimeoutOnProgress: true, maxTotalTimeoutMs: 250 };
    const call = track(session.request('a/b', {}, options));
    const progressToken = transport.last.params._meta.progressToken;
    for (let progress = 1; progress < 5; progress += 1) {
      await clock.advance(60);
      expect(await call()).toBe('pending');
      transport.notify('notifications/progress', { progressToken, progress });
    }
    await clock.advance(10);
    expect(await call()).toMatchObject({ code: 'TIMEOUT', timeoutMs: 250 });
  });

  it('does not start the timeout again by itself', async () => {
    const { session, transport, clock } = await open();
    const call = track(session.request('a/b', {}, { timeoutMs: 100, onProgress() {} }));
    await clock.advance(60);
    transport.notify('notifications/progress', { progressToken: transport.last.id, progress: 1 });
    await clock.advance(40);
    expect(await call()).toMatchObject({ code: 'TIMEOUT', timeoutMs: 100 });
  });

  it('may be looked at by what throws', async () => {
    const { session, transport } = await open();
    const call = session.request(
      'a/b',
      {},
      {
        onProgress() {
          throw new Error('broken bar');
        },
      },
    );
    transport.notify('notifications/progress', { progressToken: transport.last.id, progress: 1 });
    transport.complete({ fine: true });
    expect(await call).toEqual({ fine: true });
  });
});

describe('a notification', () => {
  it('carries the envelope', async () => {
    const { session, transport } = await open();
    await session.notify('com.example/hello', { a: 1, _meta: { b: 2 } });
    expect(transport.last).toEqual({
      jsonrpc: '2.0',
      method: 'com.example/hello',
      params: { a: 1, _meta: { ...envelope, b: 2 } },
    });
  });

  it('of the server goes to whoever listens, which may throw', async () => {
    const seen: unknown[] = [];
    const { transport, violations } = await open({
      onNotification(notification) {
        seen.push(notification);
        throw new Error('no');
      },
    });
    transport.notify('notifications/message', { level: 'info', data: 1 });
    transport.notify('com.example/odd');
    await flush();
    expect(seen).toEqual([
      { method: 'notifications/message', params: { level: 'info', data: 1 } },
      { method: 'com.example/odd', params: {} },
    ]);
    expect(violations()).toEqual([]);
  });
});
