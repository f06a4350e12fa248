import { describe, expect, it } from 'vitest';
import { FakeClock, flush } from '../../../test/fake-clock.js';
import { createSession, isLegacyServerError, type SessionOptions } from '../src/index.js';
import {
  clientInfo,
  DISCOVERED,
  failureOf,
  open,
  openOver,
  ScriptedTransport,
  track,
} from './scripted.js';

/** A server that answers each `server/discover` with the next of `answers`. */
async function discover(answers: object[], options: Partial<SessionOptions> = {}) {
  const transport = new ScriptedTransport();
  const clock = new FakeClock();
  const opening = track(createSession(transport, { clientInfo, clock, ...options }));
  await flush();
  for (const answer of answers) {
    transport.say({ jsonrpc: '2.0', id: transport.last.id, ...answer });
    await flush();
  }
  return { transport, clock, opening };
}

const unsupported = (supported: unknown) => ({
  error: { code: -32022, message: 'no', data: { supported, requested: '2026-07-28' } },
});
const discovered = (supportedVersions: unknown) => ({
  result: { resultType: 'complete', ...DISCOVERED, supportedVersions },
});

describe('a session', () => {
  it('opens with server/discover, and knows what the server said', async () => {
    const { session, transport } = await open();
    expect(transport.starts).toBe(1);
    expect(transport.sent).toEqual([
      {
        jsonrpc: '2.0',
        id: expect.any(Number),
        method: 'server/discover',
        params: {
          _meta: {
            'io.modelcontextprotocol/protocolVersion': '2026-07-28',
            'io.modelcontextprotocol/clientInfo': clientInfo,
            'io.modelcontextprotocol/clientCapabilities': {},
          },
        },
      },
    ]);
    expect(session.info).toEqual({
      era: 'modern',
      protocolVersion: '2026-07-28',
      server: { name: 'scripted', version: '9' },
      capabilities: DISCOVERED.capabilities,
      instructions: 'Be kind.',
      discover: DISCOVERED,
    });
    expect(transport.version).toBe('2026-07-28');
  });

  it('adopts what was discovered before, without a word', async () => {
    const first = await open();
    const { discover } = first.session.info;
    const { session, transport } = await open({ discover });
    expect(transport.sent).toEqual([]);
    expect(session.info).toEqual(first.session.info);
    void session.request('tools/list').catch(() => {});
    expect(transport.last.params._meta).toMatchObject({
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    });
  });

  it('says what the client can do', async () => {
    const capabilities = { sampling: { tools: {} }, extensions: { 'com.example/x': {} } };
    const { transport } = await open({ capabilities });
    expect(transport.last.params._meta).toMatchObject({
      'io.modelcontextprotocol/clientCapabilities': capabilities,
    });
  });

  it('knows nothing of a server that says nothing of itself', async () => {
    const transport = new ScriptedTransport();
    const opening = createSession(transport, { clientInfo });
    await flush();
    transport.complete({ supportedVersions: ['2026-07-28'], capabilities: {} });
    const { info } = await opening;
    expect(Object.keys(info).sort()).toEqual([
      'capabilities',
      'discover',
      'era',
      'protocolVersion',
    ]);
  });
});

describe('a server', () => {
  const versions = { protocolVersions: ['2027-01-01', '2026-07-28'] };

  it('that names another of our versions is spoken to in that', async () => {
    const { transport, opening } = await discover(
      [unsupported(['2025-11-25', '2026-07-28']), discovered(['2026-07-28'])],
      versions,
    );
    expect(
      transport.sent.map(({ params }) => params._meta['io.modelcontextprotocol/protocolVersion']),
    ).toEqual(['2027-01-01', '2026-07-28']);
    expect(await opening()).toMatchObject({ info: { protocolVersion: '2026-07-28' } });
  });

  it('that refuses the version it named is not asked for ever', async () => {
    const { transport, opening } = await discover(
      [unsupported(['2026-07-28']), unsupported(['2026-07-28'])],
      versions,
    );
    expect(transport.sent).toHaveLength(2);
    expect(await opening()).toMatchObject({ code: 'UNSUPPORTED_VERSION' });
    expect(transport.closes).toBe(1);
  });

  it.each([
    ['answers that it supports only later versions', discovered(['2027-05-05'])],
    ['refuses, naming later versions', unsupported(['2027-05-05'])],
    ['refuses, naming no versions', unsupported('all')],
  ])('that %s is modern, and we cannot talk', async (_, answer) => {
    const { transport, opening } = await discover([answer]);
    expect(await opening()).toMatchObject({
      name: 'ProtocolError',
      code: 'UNSUPPORTED_VERSION',
      delivery: 'answered',
    });
    expect(transport.closes).toBe(1);
  });

  it.each([
    ['does not know the method', { error: { code: -32601, message: 'Method not found' } }],
    ['calls the params wrong', { error: { code: -32602, message: 'Invalid params' } }],
    ['wants a handshake', { error: { code: -32000, message: 'Not initialized' } }],
    ['names only older versions', unsupported(['2025-11-25'])],
    ['refuses, naming later and older versions', unsupported(['2027-05-05', '2025-11-25'])],
    ['supports only older versions', discovered(['2025-11-25'])],
    ['supports later and older versions', discovered(['2027-05-05', '2025-11-25'])],
    ['supports nothing', discovered([])],
    ['answers with something else', { result: { resultType: 'complete', tools: [] } }],
    ['answers with nothing', {}],
    ['asks for input', { result: { resultType: 'input_required', requestState: 'x' } }],
  ])('that %s is of the older era, on a connection that is still good', async (_, answer) => {
    const { transport, opening } = await discover([answer]);
    const error = await opening();
    expect(error).toMatchObject({ code: 'LEGACY_SERVER', reusable: true });
    expect(isLegacyServerError(error)).toBe(true);
    expect(transport.closes).toBe(0);
    expect([transport.onmessage, transport.onclose, transport.onerror]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    await transport.start();
    expect(transport.starts).toBe(1);
    await transport.start();
    expect(transport.starts).toBe(2);
  });

  it.each([-32020, -32021])('that answers with the modern error %i is modern', async (code) => {
    const { transport, opening } = await discover([{ error: { code, message: 'no', data: {} } }]);
    expect(await opening()).toMatchObject({ code: 'RPC_ERROR', rpcCode: code });
    expect(transport.closes).toBe(1);
  });

  it('that is silent is of the older era, and its connection is closed', async () => {
    const { transport, clock, opening } = await discover([]);
    await clock.advance(1_999);
    expect(await opening()).toBe('pending');
    await clock.advance(1);
    expect(await opening()).toMatchObject({ code: 'LEGACY_SERVER', reusable: false });
    expect(transport.closes).toBe(1);
    expect(clock.timers).toBe(0);
  });

  it('that is draining gets no verdict', async () => {
    const data = { reason: 'draining', retryAfterMs: 10 };
    const { transport, opening } = await discover([{ error: { code: -32010, message: '', data } }]);
    expect(await opening()).toMatchObject({ code: 'RPC_ERROR', delivery: 'not-sent' });
    expect(transport.closes).toBe(1);
  });

  it('that hangs up gets no verdict', async () => {
    const { transport, opening } = await discover([]);
    transport.onclose?.();
    expect(await opening()).toMatchObject({ code: 'SESSION_CLOSED', delivery: 'unknown' });
  });
});

describe('opening', () => {
  it('rejects with the error of the transport, and closes it', async () => {
    const transport = new ScriptedTransport();
    const refused = new Error('ECONNREFUSED');
    transport.start = () => Promise.reject(refused);
    expect(await failureOf(createSession(transport, { clientInfo }))).toBe(refused);
    expect(transport.closes).toBe(1);
  });

  it.each(['start', 'send'] as const)('ends when its signal aborts during %s', async (stage) => {
    const transport = new ScriptedTransport();
    if (stage === 'start') transport.start = () => new Promise(() => {});
    const controller = new AbortController();
    const { signal } = controller;
    const opening = track(createSession(transport, { clientInfo, signal }));
    await flush();
    controller.abort('enough');
    expect(await opening()).toBe('enough');
    expect(transport.closes).toBe(1);
  });

  it('fails without waiting for a transport that cannot close', async () => {
    const transport = new ScriptedTransport();
    transport.start = () => Promise.reject(new Error('no'));
    transport.close = () => new Promise(() => {});
    expect((await failureOf(createSession(transport, { clientInfo }))).message).toBe('no');
  });

  it('is not disturbed by a transport whose closed rejects', async () => {
    const closed = Promise.reject(new Error('why should I tell'));
    const transport = Object.assign(new ScriptedTransport(), { closed });
    const { session } = await openOver(transport);
    transport.onclose?.();
    expect(await session.closed).toEqual({});
  });

  it('does not start when its signal has aborted', async () => {
    const transport = new ScriptedTransport();
    const signal = AbortSignal.abort('enough');
    expect(await failureOf(createSession(transport, { clientInfo, signal }))).toBe('enough');
    expect(transport.starts).toBe(0);
  });

  it('leaves the session to itself once it is open', async () => {
    const controller = new AbortController();
    const { session, transport } = await open({ signal: controller.signal });
    controller.abort();
    const call = session.request('a/b');
    transport.complete({ fine: true });
    expect(await call).toEqual({ fine: true });
  });
});
