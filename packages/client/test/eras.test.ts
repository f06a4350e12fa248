// How a server is judged by its answer to `server/discover`: one table for both makers of sessions.
import { leanSession } from '@x/session';
import { describe, expect, it } from 'vitest';
import { FakeClock, flush } from '../../../test/fake-clock.js';
import {
  isProtocolError,
  isSessionError,
  type Session,
  type SessionClosed,
  type SessionMaker,
  sessionFactory,
  type Transport,
} from '../src/index.js';
import { sdkSession } from '../src/sdk.js';

type Message = { readonly id?: unknown; readonly method?: string };

/** A connection whose server answers every handshake, and to discovery what the test says. */
class Wire implements Transport {
  onclose?: () => void;
  onmessage?: (message: unknown) => void;
  #tell: (closed: SessionClosed) => void = () => {};
  readonly closed = new Promise<SessionClosed>((resolve) => {
    this.#tell = resolve;
  });

  constructor(readonly onDiscover: (wire: Wire, id: unknown) => void) {}

  async start() {}

  async send({ id, method }: Message) {
    if (method === 'server/discover') this.onDiscover(this, id);
    if (method !== 'initialize') return;
    const serverInfo = { name: 'old', version: '1' };
    const result = { protocolVersion: '2025-06-18', capabilities: {}, serverInfo };
    this.onmessage?.({ jsonrpc: '2.0', id, result });
  }

  say(message: object) {
    this.onmessage?.({ jsonrpc: '2.0', ...message });
  }

  hangUp(closed: SessionClosed) {
    this.#tell(closed);
    this.onclose?.();
  }

  async close() {
    this.hangUp({ code: 1000 });
  }
}

const errors = (code: number, data?: object) => (wire: Wire, id: unknown) =>
  wire.say({ id, error: { code, message: 'no', data } });
const answers = (result: unknown) => (wire: Wire, id: unknown) => wire.say({ id, result });
const hangsUp = (closed: SessionClosed) => (wire: Wire) => wire.hangUp(closed);
const discovered = (supportedVersions: unknown) =>
  answers({ resultType: 'complete', supportedVersions, capabilities: {} });

type Verdict = 'modern' | 'legacy' | { readonly [member: string]: unknown };

const refused = (rpcCode?: number) => ({ name: 'ProtocolError', delivery: 'answered', rpcCode });
const lost = (closeCode: number) => ({ name: 'SessionError', delivery: 'not-sent', closeCode });

const behaviours: [string, (wire: Wire, id: unknown) => void, Verdict, connections?: number][] = [
  ['speaks 2026-07-28', discovered(['2026-07-28']), 'modern'],
  ['speaks both', discovered(['2025-06-18', '2026-07-28']), 'modern'],
  ['speaks older versions', discovered(['2025-06-18']), 'legacy'],
  ['speaks later and older versions', discovered(['2027-05-05', '2025-06-18']), 'legacy'],
  ['speaks later versions only', discovered(['2027-05-05']), refused()],
  ['speaks nothing', discovered([]), 'legacy'],
  ['answers with something else', answers({ resultType: 'complete', tools: [] }), 'legacy'],
  ['asks for input', answers({ resultType: 'input_required', requestState: 'x' }), 'legacy'],
  ['answers with nothing', (wire, id) => wire.say({ id }), 'legacy'],
  ['misses the method', errors(-32601), 'legacy'],
  ['misses the params', errors(-32602), 'legacy'],
  ['misses the request', errors(-32600), 'legacy'],
  ['breaks', errors(-32603), 'legacy'],
  ['cannot parse', errors(-32700), 'legacy'],
  ['wants a handshake', errors(-32000), 'legacy'],
  ['misses a session', errors(-32001), 'legacy'],
  ['misses a header', errors(-32020), refused(-32020)],
  ['misses a capability', errors(-32021, {}), refused(-32021)],
  ['refuses the version', errors(-32022), refused(-32022)],
  ['names later versions', errors(-32022, { supported: ['2027-05-05'] }), refused(-32022)],
  ['names older versions', errors(-32022, { supported: ['2025-06-18'] }), 'legacy'],
  [
    'names later and older versions',
    errors(-32022, { supported: ['2027-05-05', '2025-06-18'] }),
    'legacy',
  ],
  ['says -32010 for reasons of its own', errors(-32010), 'legacy'],
  ...['draining', 'overloaded'].map((reason): (typeof behaviours)[number] => [
    `is ${reason}`,
    errors(-32010, { reason, retryAfterMs: 7 }),
    { name: 'ProtocolError', delivery: 'not-sent', rpcCode: -32010, retryAfterMs: 7 },
  ]),
  ['is silent', () => {}, 'legacy', 2],
  ['answers another id', (wire) => errors(-32601)(wire, null), 'legacy', 2],
  ['answers with the id as text', (wire, id) => errors(-32601)(wire, String(id)), 'legacy', 2],
  ['hangs up without a word', hangsUp({}), 'legacy', 3],
  ...[1000, 1002, 1003, 1005, 1006, 1007, 1011].map((code): (typeof behaviours)[number] => [
    `hangs up with ${code}`,
    hangsUp({ code }),
    'legacy',
    3,
  ]),
  ...[1001, 1008, 1009, 1012, 1013, 1014, 4001].map((code): (typeof behaviours)[number] => [
    `goes away or refuses us with ${code}`,
    hangsUp({ code, redial: code < 4000 }),
    lost(code),
  ]),
  ['goes away with all answers given', hangsUp({ code: 1001, delivery: 'not-sent' }), lost(1001)],
];

const makers: [string, (clock: FakeClock) => SessionMaker][] = [
  ['sdkSession', (clock) => sdkSession({ clock })],
  [
    'leanSession',
    (clock) => {
      const sdk = sdkSession({ clock });
      return leanSession({
        clock,
        legacy: (context) => sdk({ ...context, prior: { kind: 'legacy' } }),
      });
    },
  ],
];

describe.each(makers)('%s takes a server that', (_, make) => {
  const open = async (onDiscover: (wire: Wire, id: unknown, nth: number) => void) => {
    const clock = new FakeClock();
    const wires: Wire[] = [];
    const memory = () => {
      const nth = wires.length;
      const wire = new Wire((of, id) => onDiscover(of, id, nth));
      wires.push(wire);
      return wire;
    };
    const factory = sessionFactory({ session: make(clock), transports: { memory }, clock });
    const create = () =>
      factory
        .create('memory://server/', { signal: new AbortController().signal })
        .catch((error: unknown) => error as Session);
    const creating = create();
    await flush();
    await clock.advance(2_000);
    return { made: await creating, again: create, wires, clock };
  };

  it.each(behaviours)('%s for what it is', async (_, onDiscover, verdict, connections = 1) => {
    const { made, again, wires, clock } = await open(onDiscover);
    expect(wires).toHaveLength(connections);
    if (typeof verdict === 'string') {
      expect(made).toMatchObject({ info: { era: verdict } });
      // It is remembered: the next one asks nothing.
      expect(await again()).toMatchObject({ info: { era: verdict } });
      expect(wires).toHaveLength(connections + 1);
    } else {
      expect(made).toMatchObject(verdict);
      expect(isProtocolError(made) || isSessionError(made)).toBe(true);
    }
    expect(clock.timers).toBe(0);
  });

  it('is cut off once for what it shows the next time', async () => {
    const { made, wires } = await open((wire, id, nth) =>
      (nth === 0 ? hangsUp({ code: 1006 }) : discovered(['2026-07-28']))(wire, id),
    );
    expect(made).toMatchObject({ info: { era: 'modern' } });
    expect(wires).toHaveLength(2);
  });
});

it.each(makers)('%s gives no verdict where it cannot dial', async (_, make) => {
  const failed = Object.assign(new Error('no route'), { code: 'EHOSTUNREACH' });
  const start = () => Promise.reject(failed);
  const memory = () => Object.assign(new Wire(() => {}), { start });
  const factory = sessionFactory({ session: make(new FakeClock()), transports: { memory } });
  const { signal } = new AbortController();
  await expect(factory.create('memory://server/', { signal })).rejects.toBe(failed);
});
