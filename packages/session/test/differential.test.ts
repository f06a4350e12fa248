import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flush } from '../../../test/fake-clock.js';
import { alike, type Driver, describe as failureOf, ours, play, theirs } from './both.js';
import { exchanges, KINDS } from './exchanges.js';
import { DISCOVERED, ScriptedTransport } from './scripted.js';
import { expectValidFrames } from './valid-frames.js';

describe("held to the SDK's Client", () => {
  it('plays at least 200 exchanges', () => {
    expect(exchanges.length).toBeGreaterThanOrEqual(200);
    expect(new Set(exchanges.map(({ name }) => name)).size).toBe(exchanges.length);
  });

  it.each(exchanges)('$name', async (exchange) => {
    const [mine, sdk] = await Promise.all([play(ours, exchange), play(theirs, exchange)]);
    expect(mine).toEqual(sdk);
    expect(mine.frames.length).toBeGreaterThan(0);
    // Both could be wrong in the same way.
    if (/wrong result|result type/.test(exchange.name)) {
      expect(mine.outcome).toEqual({ failed: 'invalid' });
    }
  });
});

/** What a server does about one of several requests that are in flight together. */
const deed = fc.record({
  kind: fc.nat(KINDS.length - 1),
  does: fc.constantFrom(
    'complete',
    'complete twice',
    'refuse',
    'wrong type',
    'progress and complete',
    'abort',
    'abort and complete',
    'strangers and complete',
  ),
  /** When it does so. */
  turn: fc.double({ min: 0, max: 1, noNaN: true }),
  extra: fc.dictionary(
    fc.string({ minLength: 1 }).map((name) => `com.example/${name}`),
    fc.jsonValue(),
    { maxKeys: 3 },
  ),
});
type Deed = typeof deed extends fc.Arbitrary<infer D> ? D : never;

async function playAll(
  connect: (transport: ScriptedTransport) => Promise<Driver>,
  deeds: readonly Deed[],
) {
  const peer = new ScriptedTransport();
  const connecting = connect(peer);
  await flush();
  peer.complete(DISCOVERED);
  const driver = await connecting;
  peer.sent.length = 0;
  const progress: unknown[] = [];
  const calls = deeds.map(({ kind, extra }, index) => {
    const { method, params } = KINDS[kind] as (typeof KINDS)[number];
    const controller = new AbortController();
    const outcome = driver
      .request(
        method,
        { ...params, ...extra },
        {
          signal: controller.signal,
          onProgress: (one) => progress.push([index, one]),
        },
      )
      .then((result) => ({ result }), failureOf);
    return { outcome, controller };
  });
  await flush();
  const requests = [...peer.sent];
  const order = [...deeds.keys()].sort((a, b) => (deeds[a]?.turn ?? 0) - (deeds[b]?.turn ?? 0));
  for (const index of order) {
    const { kind, does, extra } = deeds[index] as Deed;
    const request = requests[index];
    const result = { ...KINDS[kind]?.result, ...extra };
    const { id, params } = request ?? {};
    if (does.includes('progress')) {
      const progressToken = params?._meta.progressToken;
      peer.notify('notifications/progress', { progressToken, progress: index });
      await flush();
    }
    if (does.includes('strangers')) {
      peer.complete({ not: 'yours' }, 1e9 + index);
      peer.say({ jsonrpc: '2.0', id: index, method: 'roots/list' });
      peer.say(extra);
    }
    if (does.includes('abort')) calls[index]?.controller.abort(new Error('enough'));
    await flush();
    if (does.includes('complete')) peer.complete(result, id);
    if (does.includes('twice')) peer.complete({ changed: 'my mind' }, id);
    if (does === 'refuse') peer.refuse(-32603, 'no', extra, id);
    if (does === 'wrong type') peer.answer({ ...result, resultType: 'com.example/other' }, id);
  }
  const outcomes = await Promise.all(calls.map(({ outcome }) => outcome));
  await driver.close();
  expectValidFrames(peer.sent);
  return { outcomes, progress, frames: alike(peer.sent) };
}

describe("held to the SDK's Client with many requests in flight", () => {
  it('comes to the same, whatever the server does and in whatever order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(deed, { minLength: 1, maxLength: 8 }), async (deeds) => {
        const [mine, sdk] = [await playAll(ours, deeds), await playAll(theirs, deeds)];
        expect(mine).toEqual(sdk);
      }),
      { numRuns: 60 },
    );
  });
});
