import { describe, expect, it } from 'vitest';
import { FakeClock } from '../fake-clock.js';
import { wsPeer } from '../servers.js';
import { valve } from '../valve.js';
import { connected, ping } from './watched.js';

const MiB = 1024 * 1024;
const big = { ...ping, params: { text: 'x'.repeat(32 * MiB) } };
const limits = { maxMessageBytes: 64 * MiB, maxBufferedBytes: 64 * MiB };

/** A connection whose way up is a valve; nothing has been held up yet. */
async function slowUp(options: Parameters<typeof connected>[1] = {}) {
  const clock = new FakeClock();
  const peer = await wsPeer();
  const link = await valve(peer.port, 'up');
  const watching = await connected(link.url, { ...limits, clock, ...options });
  link.hold();
  return { ...watching, clock, peer, link };
}

describe('close()', () => {
  it('over a slow link lets all arrive that was sent before it', async () => {
    const { transport, clock, peer, link } = await slowUp();
    await transport.send(big);
    const closing = transport.close();
    // Half a minute for one message: 1 MiB per second.
    for (let step = 0; step < 15; step += 1) {
      await link.pass(2 * MiB);
      clock.advance(2_000);
    }
    link.release();
    await closing;
    expect(await transport.closed).toMatchObject({ code: 1000 });
    expect(peer.messages.items.map(({ length }) => length)).toEqual([JSON.stringify(big).length]);
    expect(clock.timers).toBe(0);
  });

  it('gives up on a peer that takes nothing, and does not call that a clean end', async () => {
    const { transport, clock, errors, closes } = await slowUp();
    await transport.send(big);
    const closing = transport.close();
    clock.advance(9_999);
    await new Promise(setImmediate);
    expect(closes.length).toBe(0);
    for (let ms = 0; ms < 10_001; ms += 1) clock.advance(1);
    await closing;
    const closed = await transport.closed;
    expect(closed).toMatchObject({ code: 1006, redial: true, error: { delivery: 'unknown' } });
    expect(closed.reason).toMatch(/^the peer neither read nor closed, \d+ bytes were never sent$/);
    expect(errors.items).toEqual([closed.error]);
    expect(clock.timers).toBe(0);
  });
});

describe('liveness', () => {
  /** Lets the event loop read what is there. */
  const turns = async () => {
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
  };

  it('is shown by a peer that takes what was sent before the ping', async () => {
    const { transport, clock, peer, link, closes } = await slowUp();
    await transport.send(big);
    clock.advance(20_000);
    for (let step = 0; step < 15; step += 1) {
      await link.pass(2 * MiB);
      clock.advance(2_000);
      await turns();
    }
    link.release();
    await peer.messages.first(1);
    expect(closes.length).toBe(0);
  });

  it('is not shown by a peer that stops taking it', async () => {
    const { transport, clock, link, closes } = await slowUp();
    await transport.send(big);
    await link.pass(8 * MiB);
    await turns();
    clock.advance(20_000);
    await turns();
    clock.advance(9_999);
    await turns();
    expect(closes.length).toBe(0);
    clock.advance(1);
    await turns();
    clock.advance(1);
    expect(await transport.closed).toMatchObject({
      code: 1006,
      reason: 'no sign of life within 10000 ms of a ping',
    });
  });

  it('is waited for as long as a slow link takes for what the kernel still holds', async () => {
    const { transport, clock, link, closes, events } = await slowUp();
    await transport.send({ ...ping, params: { text: 'x'.repeat(MiB) } });
    await turns();
    expect(transport.bufferedAmount).toBe(0);
    clock.advance(20_000);
    // 1 MiB at 256 KiB a second.
    clock.advance(13_999);
    await turns();
    expect(closes.length).toBe(0);
    link.release();
    await events.find(({ type }) => type === 'ws.ping');
    clock.advance(1);
    await turns();
    clock.advance(1);
    await turns();
    expect(closes.length).toBe(0);
  });

  it('is waited for no longer than usual once the peer has shown to have all', async () => {
    const { transport, clock, link, events } = await slowUp();
    await transport.send({ ...ping, params: { text: 'x'.repeat(MiB) } });
    clock.advance(20_000);
    link.release();
    await events.find(({ type }) => type === 'ws.ping');
    link.hold();
    clock.advance(20_000);
    clock.advance(10_000);
    await turns();
    clock.advance(1);
    expect(await transport.closed).toMatchObject({ code: 1006 });
  });
});
