import { describe, expect, it } from 'vitest';
import { FakeClock, flush } from '../../../test/fake-clock.js';
import {
  isLegacyServerError,
  type LeanSessionOptions,
  leanSession,
  type Session,
  type SessionContext,
  type Verdict,
} from '../src/index.js';
import { clientInfo, DISCOVERED, ScriptedTransport, TellingTransport, track } from './scripted.js';

const LEGACY = { era: 'legacy' } as unknown as Session;

function endpoint(about: Partial<SessionContext> = {}) {
  const dialled: ScriptedTransport[] = [];
  const remembered: (Verdict | undefined)[] = [];
  const controller = new AbortController();
  const context: SessionContext = {
    url: 'wss://user:pass@example.com/mcp?token=1',
    key: 'k',
    clientInfo,
    signal: controller.signal,
    remember: (verdict) => remembered.push(verdict),
    connect() {
      const transport = new ScriptedTransport();
      dialled.push(transport);
      return transport;
    },
    ...about,
  };
  return { dialled, remembered, context, controller };
}

function make(context: SessionContext, options: LeanSessionOptions = {}) {
  const clock = new FakeClock();
  const making = leanSession({ clock, ...options })(context);
  return { clock, making: track(making) };
}

const refuse = (transport: ScriptedTransport | undefined) => transport?.refuse(-32601, 'what?');

describe('leanSession', () => {
  it('makes a session, and has its discovery remembered', async () => {
    const { context, dialled, remembered } = endpoint({
      capabilities: { roots: {} },
    });
    const { making } = make(context);
    await flush();
    dialled[0]?.complete(DISCOVERED);
    expect(await making()).toMatchObject({ info: { era: 'modern' } });
    expect(remembered).toEqual([{ kind: 'modern', discover: DISCOVERED }]);
    expect(dialled[0]?.last.params._meta).toMatchObject({
      'io.modelcontextprotocol/clientInfo': clientInfo,
      'io.modelcontextprotocol/clientCapabilities': { roots: {} },
    });
  });

  it('adopts what is remembered', async () => {
    const prior = { kind: 'modern', discover: DISCOVERED } as const;
    const { context, dialled, remembered } = endpoint({ prior });
    const { making } = make(context);
    expect(await making()).toMatchObject({ info: { discover: DISCOVERED } });
    expect(dialled[0]?.sent).toEqual([]);
    expect(remembered).toEqual([]);
  });

  it('refuses a server of the older era, unless there is a way', async () => {
    const { context, dialled } = endpoint();
    const { making } = make(context);
    await flush();
    refuse(dialled[0]);
    expect(await making()).toSatisfy(isLegacyServerError);
  });

  it('hands such a server over, with its connection', async () => {
    const { context, dialled, remembered } = endpoint();
    const given: unknown[] = [];
    const { making } = make(context, {
      async legacy({ connect, key }) {
        given.push(key, await connect(), await connect());
        return LEGACY;
      },
    });
    await flush();
    refuse(dialled[0]);
    expect(await making()).toBe(LEGACY);
    expect(dialled).toHaveLength(2);
    expect(given).toEqual(['k', dialled[0], dialled[1]]);
    expect(dialled[0]?.closes).toBe(0);
    expect(remembered).toEqual([{ kind: 'legacy' }]);
  });

  it.each([undefined, 1000, 1002, 1003, 1005, 1006, 1007, 1011])(
    'hands it a fresh connection after it has hung up on the question twice, with %s',
    async (code) => {
      const dialled: TellingTransport[] = [];
      const { context, remembered } = endpoint({
        connect() {
          const transport = new TellingTransport();
          dialled.push(transport);
          return transport;
        },
      });
      const given: unknown[] = [];
      const { making } = make(context, {
        async legacy({ connect }) {
          given.push(await connect());
          return LEGACY;
        },
      });
      await flush();
      dialled[0]?.drop({ code });
      await flush();
      dialled[1]?.drop({ code });
      expect(await making()).toBe(LEGACY);
      expect(given).toEqual([dialled[2]]);
      expect(remembered).toEqual([{ kind: 'legacy' }]);
    },
  );

  it('takes a connection that is lost once for an accident of the network', async () => {
    const { context, dialled, remembered } = endpoint();
    const { making } = make(context, { legacy: async () => LEGACY });
    await flush();
    dialled[0]?.onclose?.();
    await flush();
    dialled[1]?.complete(DISCOVERED);
    expect(await making()).toMatchObject({ info: { era: 'modern' } });
    expect(remembered).toEqual([{ kind: 'modern', discover: DISCOVERED }]);
  });

  it.each([1001, 1008, 1009, 1012, 1013, 1014, 4001])(
    'gives no verdict where the server goes away or refuses us, with %s',
    async (code) => {
      const transport = new TellingTransport();
      const { context, remembered } = endpoint({ connect: () => transport });
      const { making } = make(context, { legacy: async () => LEGACY });
      await flush();
      transport.drop({ code });
      expect(await making()).toMatchObject({ code: 'SESSION_CLOSED', closeCode: code });
      expect(remembered).toEqual([]);
    },
  );

  it('hands it a fresh connection after silence', async () => {
    const { context, dialled } = endpoint();
    const given: unknown[] = [];
    const { making, clock } = make(context, {
      async legacy({ connect }) {
        given.push(await connect());
        return LEGACY;
      },
    });
    await flush();
    await clock.advance(2_000);
    expect(await making()).toBe(LEGACY);
    expect(given).toEqual([dialled[1]]);
    expect(dialled[0]?.closes).toBe(1);
  });

  it('asks no more where the older era is remembered', async () => {
    const { context, dialled } = endpoint({ prior: { kind: 'legacy' } });
    const { making } = make(context, { legacy: async () => LEGACY });
    expect(await making()).toBe(LEGACY);
    expect(dialled).toEqual([]);
  });

  it('asks once more where a silent server refuses the handshake: it was cold', async () => {
    const { context, dialled, remembered } = endpoint();
    const { making, clock } = make(context, {
      async legacy() {
        throw new Error('initialize: method not found');
      },
    });
    await flush();
    await clock.advance(2_000);
    dialled[1]?.complete(DISCOVERED);
    expect(await making()).toMatchObject({ info: { era: 'modern' } });
    expect(remembered).toEqual([
      { kind: 'legacy' },
      undefined,
      { kind: 'modern', discover: DISCOVERED },
    ]);
  });

  it('asks only once more', async () => {
    const { context, dialled } = endpoint();
    const refused = new Error('initialize: method not found');
    const { making, clock } = make(context, {
      async legacy() {
        throw refused;
      },
    });
    await flush();
    await clock.advance(2_000);
    await clock.advance(2_000);
    expect(await making()).toBe(refused);
    expect(dialled).toHaveLength(2);
  });

  it('fails with the handshake where the server did answer', async () => {
    const { context, dialled, remembered } = endpoint();
    const refused = new Error('no');
    const { making } = make(context, {
      async legacy() {
        throw refused;
      },
    });
    await flush();
    refuse(dialled[0]);
    expect(await making()).toBe(refused);
    expect(dialled).toHaveLength(1);
    expect(remembered).toEqual([{ kind: 'legacy' }, undefined]);
  });

  it('ends with the signal of the context', async () => {
    const { context, dialled, controller } = endpoint();
    const { making } = make(context);
    await flush();
    controller.abort('enough');
    expect(await making()).toBe('enough');
    expect(dialled[0]?.closes).toBe(1);
  });

  it('tells of violations and notifications', async () => {
    const kinds: string[] = [];
    const heard: unknown[] = [];
    const { context, dialled } = endpoint({
      onViolation: (kind) => kinds.push(kind),
      onNotification: (notification) => heard.push(notification),
    });
    const { making } = make(context);
    await flush();
    dialled[0]?.complete(DISCOVERED);
    await making();
    dialled[0]?.say('rubbish');
    dialled[0]?.notify('notifications/message', { level: 'info', data: 1 });
    expect(kinds).toEqual(['malformed']);
    expect(heard).toHaveLength(1);
  });
});
