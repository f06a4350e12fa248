import { describe, expect, it } from 'vitest';
import { flush } from '../../../test/fake-clock.js';
import { failureOf, open, openOver, TellingTransport, track } from './scripted.js';

describe('a connection that is lost', () => {
  it('fails all that is in flight at once, its outcome unknown, and says why', async () => {
    const { session, transport, clock } = await openOver(new TellingTransport());
    const calls = [1, 2, 3].map(() => track(session.request('tools/call', { name: 'a' })));
    const error = Object.assign(new Error('reset'), { code: 'CONNECTION_LOST', closeCode: 1006 });
    const closed = { code: 1006, reason: 'cut', redial: true, retryAfterMs: 20, error };
    transport.drop(closed);
    const errors = await Promise.all(calls.map((call) => call()));
    for (const one of errors) {
      expect(one).toMatchObject({
        name: 'ProtocolError',
        code: 'SESSION_CLOSED',
        delivery: 'unknown',
        retryAfterMs: 20,
        cause: error,
      });
      expect(one).not.toHaveProperty('retryable');
    }
    expect(new Set(errors).size).toBe(3);
    expect(await session.closed).toBe(closed);
    expect(clock.timers).toBe(0);
  });

  it('has not been sent where the server vouches that nothing unanswered has run', async () => {
    const { session, transport } = await openOver(new TellingTransport());
    const call = track(session.request('tools/call', { name: 'a' }));
    transport.drop({ code: 1001, reason: 'gone', redial: true, delivery: 'not-sent' });
    expect(await call()).toMatchObject({ code: 'SESSION_CLOSED', delivery: 'not-sent' });
  });

  it('is not worth another try where dialling again is not', async () => {
    const { session, transport } = await openOver(new TellingTransport());
    const call = track(session.request('tools/list'));
    const closed = { code: 1008, reason: 'policy', redial: false };
    transport.drop(closed);
    expect(await call()).toMatchObject({ retryable: false, cause: closed });
    expect(await failureOf(session.request('tools/list'))).toMatchObject({
      code: 'SESSION_CLOSED',
      delivery: 'not-sent',
      retryable: false,
    });
  });

  it('ends a session over a transport that does not say why', async () => {
    const { session, transport } = await open();
    const call = track(session.request('tools/list'));
    transport.onclose?.();
    expect(await call()).toMatchObject({ code: 'SESSION_CLOSED', delivery: 'unknown' });
    expect(await session.closed).toEqual({});
  });

  it('refuses what comes later, unsent', async () => {
    const { session, transport } = await open();
    const before = transport.sent.length;
    transport.onclose?.();
    await flush();
    const late = [
      session.request('tools/list'),
      session.notify('a/b'),
      session.listen({}, { onNotification() {} }),
    ];
    for (const one of late) {
      expect(await failureOf(one)).toMatchObject({ code: 'SESSION_CLOSED', delivery: 'not-sent' });
    }
    expect(transport.sent).toHaveLength(before);
  });
});

describe('close()', () => {
  it('ends what is in flight and the transport, once', async () => {
    const { session, transport } = await open();
    const call = track(session.request('tools/list'));
    await Promise.all([session.close(), session.close()]);
    await session.close();
    expect(await call()).toMatchObject({ code: 'SESSION_CLOSED', delivery: 'unknown' });
    expect(transport.closes).toBe(1);
    expect(await session.closed).toEqual({ reason: 'close() was called' });
  });

  it('settles when the transport cannot close', async () => {
    const { session, transport } = await open();
    transport.close = () => Promise.reject(new Error('stuck'));
    await session.close();
    await session.closed;
  });
});

describe('the observer', () => {
  it('is told of the session from its opening to its end', async () => {
    const { session, transport, events, clock } = await openOver(new TellingTransport(), {
      endpoint: 'wss://example.com/mcp',
    });
    await clock.advance(500);
    transport.drop({
      code: 1006,
      reason: 'cut',
      error: Object.assign(new Error(), { code: 'LOST' }),
    });
    await session.closed;
    await flush();
    const common = { id: expect.any(Number), endpoint: 'wss://example.com/mcp' };
    const protocolVersion = '2026-07-28';
    expect(events).toEqual([
      { type: 'session.open', at: 1_000, era: 'modern', protocolVersion, durationMs: 0, ...common },
      {
        type: 'session.closed',
        at: 1_500,
        protocolVersion,
        durationMs: 500,
        closeCode: 1006,
        reason: 'cut',
        error: 'LOST',
        ...common,
      },
    ]);
    expect(events[0]?.id).toBe(events[1]?.id);
  });

  it('may throw', async () => {
    const { session, transport } = await open({
      observer() {
        throw new Error('no');
      },
    });
    transport.say('rubbish');
    const call = session.request('a/b');
    transport.complete({ fine: true });
    expect(await call).toEqual({ fine: true });
  });
});
