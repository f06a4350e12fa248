import { describe, expect, it } from 'vitest';
import { createSession, isConfigError, leanSession, type SessionOptions } from '../src/index.js';
import { clientInfo, DISCOVERED, failureOf, open, ScriptedTransport, track } from './scripted.js';

describe('options', () => {
  it.each([
    ['clientInfo', undefined],
    ['clientInfo', { name: 'a' }],
    ['capabilities', 'all'],
    ['handlers', { 'roots/list': 5 }],
    ['discover', 'x'],
    ['discover', { supportedVersions: ['2025-11-25'], capabilities: {} }],
    ['discover', { supportedVersions: '2026-07-28' }],
    ['signal', {}],
    ['endpoint', 5],
    ['protocolVersions', []],
    ['protocolVersions', ['2025-11-25']],
    ['timeoutMs', -1],
    ['timeoutMs', '60'],
    ['probeTimeoutMs', Number.NaN],
    ['probeTimeoutMs', 0],
    ['handlerTimeoutMs', -1],
    ['maxInFlight', 0],
    ['maxInputRounds', 1.5],
    ['traceContext', {}],
    ['validateOutput', {}],
    ['onNotification', 1],
    ['observer', 'x'],
    ['clock', { now: () => 0 }],
    ['retries', 3],
    ['constructor', 3],
  ])('are checked before anything happens: %s', async (option, value) => {
    const transport = new ScriptedTransport();
    const error = await failureOf(
      createSession(transport, { clientInfo, [option]: value } as unknown as SessionOptions),
    );
    expect(isConfigError(error)).toBe(true);
    expect(error).toMatchObject({ code: 'CONFIG', option, retryable: false });
    expect(error.message).toContain(option);
    expect([transport.starts, transport.closes]).toEqual([0, 0]);
  });

  it('say what would be right, and what is wrong', async () => {
    const options = { clientInfo, maxInputRounds: -1 };
    const error = await failureOf(createSession(new ScriptedTransport(), options));
    expect(error.message).toBe('maxInputRounds must be a whole number above 0, got -1');
  });

  it('may be undefined', async () => {
    const { session } = await open({ timeoutMs: undefined, handlers: undefined });
    expect(session.info.era).toBe('modern');
  });

  it('of leanSession are checked when it is made', () => {
    for (const options of [
      { legacy: 'sdk' },
      { clientInfo },
      { maxInFlight: -1 },
      { observer() {} },
      5,
    ]) {
      expect(() => leanSession(options as object)).toThrow(expect.toSatisfy(isConfigError));
    }
  });

  it('refuse a transport that has a stream for each request', async () => {
    const transport = Object.assign(new ScriptedTransport(), { hasPerRequestStream: true });
    expect(await failureOf(createSession(transport, { clientInfo }))).toMatchObject({
      code: 'CONFIG',
      option: 'transport',
    });
    expect(transport.starts).toBe(0);
  });

  it('are documented with the defaults that they have', async () => {
    const { session, transport, clock } = await open({ discover: DISCOVERED });
    const call = track(session.request('a/b'));
    await clock.advance(60_000);
    expect(await call()).toMatchObject({ timeoutMs: 60_000 });
    expect(transport.last.method).toBe('notifications/cancelled');
  });
});

describe('validateOutput', () => {
  const content = [{ type: 'text', text: '' }];
  const seen: unknown[] = [];
  const validateOutput = (tool: string, output: unknown) => {
    seen.push([tool, output]);
    if (tool === 'broken') throw new Error('no schema');
    return output === 'good' ? undefined : `${tool} must return good`;
  };

  it('decides what a tool may return', async () => {
    const { session, transport } = await open({ validateOutput });
    const call = async (name: string, result: object) => {
      const outcome = track(session.request('tools/call', { name }));
      transport.complete({ content, ...result });
      return outcome();
    };
    expect(await call('a', { structuredContent: 'good' })).toMatchObject({ content });
    expect(await call('a', { structuredContent: 'bad' })).toMatchObject({
      code: 'INVALID_OUTPUT',
      delivery: 'answered',
      message: 'a must return good',
    });
    expect(await call('a', {})).toMatchObject({ code: 'INVALID_OUTPUT' });
    expect(await call('a', { isError: true })).toMatchObject({ isError: true });
    expect(await call('broken', {})).toMatchObject({
      code: 'INVALID_OUTPUT',
      message: 'Error: no schema',
    });
    expect(seen).toEqual([
      ['a', 'good'],
      ['a', 'bad'],
      ['a', undefined],
      ['broken', undefined],
    ]);
    const other = session.request('com.example/x');
    transport.complete({ structuredContent: 'bad' });
    expect(await other).toEqual({ structuredContent: 'bad' });
  });
});
