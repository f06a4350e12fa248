import { Agent } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { UrlGuard } from '../../src/index.js';
import { keepsToAddresses } from '../../src/node/runtime.js';
import { authority } from '../certificates.js';
import { Log } from '../log.js';
import { wsPeer } from '../servers.js';
import { connected, rejection, watched } from './watched.js';

/** Approves everything, at these addresses. */
const naming = (addresses?: readonly string[]): UrlGuard => ({
  check: async (url) => ({ url, ...(addresses && { addresses }) }),
});

describe('a guard', () => {
  it('is given the string as it was written, and the signal of the dial', async () => {
    const peer = await wsPeer();
    const calls = new Log<[string, AbortSignal | undefined]>();
    const raw = `ws://127.1:${peer.port}/mcp`;
    await connected(raw, {
      guard: {
        check: async (url, { signal }) => {
          calls.push([url, signal]);
          return { url };
        },
      },
    });
    expect(calls.items[0]?.[0]).toBe(raw);
    expect(calls.items[0]?.[1]).toBeInstanceOf(AbortSignal);
  });

  it('that refuses ends the dial with its own error, and nothing is dialled', async () => {
    const peer = await wsPeer();
    const refusal = Object.assign(new Error('no'), { code: 'UNSAFE_URL', retryable: false });
    const { transport, events } = watched(peer.url, {
      guard: { check: () => Promise.reject(refusal) },
    });
    expect(await rejection(transport.start())).toBe(refusal);
    expect(peer.upgrades.length).toBe(0);
    expect(await transport.closed).toMatchObject({ redial: false, error: refusal });
    expect(events.items.at(-1)).toMatchObject({ type: 'ws.refused', error: 'UNSAFE_URL' });
  });

  it('that throws at once does no more harm', async () => {
    const { transport, events } = watched('ws://127.0.0.1:1/mcp', {
      guard: {
        check: () => {
          throw new TypeError('broken');
        },
      },
    });
    expect(await rejection(transport.start())).toMatchObject({ message: 'broken' });
    expect(events.items.at(-1)).toMatchObject({ type: 'ws.refused', error: 'FAILED' });
  });

  it('sends the dial to the URL that it answers with', async () => {
    const peer = await wsPeer();
    await connected('ws://127.0.0.1:1/elsewhere', { guard: { check: async () => peer } });
    expect(peer.sockets.length).toBe(1);
  });

  it.each([['http://127.0.0.1/'], ['ws://user:s3cret@127.0.0.1/'], ['not a URL'], [undefined]])(
    'cannot send it to %s',
    async (url) => {
      const { transport } = watched('ws://127.0.0.1:1/mcp', {
        guard: { check: async () => ({ url: url as string }) },
      });
      const error = await rejection(transport.start());
      expect(error).toMatchObject({ name: 'ConfigError', option: 'url' });
      expect(error.message).not.toContain('s3cret');
    },
  );

  it.each([
    [{ addresses: [] }],
    [{ addresses: ['localhost'] }],
    [{ addresses: ['127.0.0.1', 'x'] }],
    [{ addresses: 'localhost' }],
    [null],
    ['ws://127.0.0.1/'],
  ])('that answers %j is reported, and nothing is dialled', async (answer) => {
    const peer = await wsPeer();
    const { transport } = watched(peer.url, {
      guard: {
        check: async (url) =>
          typeof answer === 'object' && answer !== null
            ? { url, ...(answer as object) }
            : (answer as never),
      },
    });
    expect(await rejection(transport.start())).toMatchObject({
      name: 'ConfigError',
      option: 'guard',
      retryable: false,
    });
    expect(peer.upgrades.length).toBe(0);
  });
});

describe('approved addresses', () => {
  it('are dialled, whatever the name resolves to', async () => {
    const peer = await wsPeer();
    // RFC 6761: this name never resolves.
    await connected(`ws://nowhere.invalid:${peer.port}/mcp`, { guard: naming(['127.0.0.1']) });
    expect(peer.upgrades.items[0]).toMatchObject({ host: `nowhere.invalid:${peer.port}` });
  });

  it('are dialled, where the name by now resolves to somebody else', async () => {
    const trap = await wsPeer();
    const guard: UrlGuard = {
      // "localhost" is 127.0.0.1, where the trap listens; approved is an address where nobody does.
      check: async (url) => ({ url, addresses: ['127.0.0.2'] }),
    };
    const { transport } = watched(`ws://localhost:${trap.port}/mcp`, { guard });
    expect(await rejection(transport.start())).toMatchObject({ code: 'DIAL_FAILED' });
    expect(trap.upgrades.length).toBe(0);
  });

  it('are dialled instead of a literal', async () => {
    const trap = await wsPeer();
    const { transport } = watched(trap.url, { guard: naming(['127.0.0.3']) });
    expect(await rejection(transport.start())).toMatchObject({ code: 'DIAL_FAILED' });
    expect(trap.upgrades.length).toBe(0);
    const peer = await wsPeer({ listenOn: '127.0.0.3' });
    await connected(`ws://192.0.2.1:${peer.port}/mcp`, { guard: naming(['127.0.0.3']) });
    expect(peer.sockets.length).toBe(1);
  });

  it('are tried one after the other', async () => {
    const peer = await wsPeer();
    await connected(`ws://nowhere.invalid:${peer.port}/mcp`, {
      guard: naming(['127.0.0.9', '127.0.0.1']),
    });
    expect(peer.sockets.length).toBe(1);
  });

  it('leave TLS its name, which is asked for and verified', async () => {
    const names = new Log<string>();
    const peer = await wsPeer({
      tls: {
        SNICallback: (name, done) => {
          names.push(name);
          done(null);
        },
      },
    });
    const tls = { ca: authority };
    await connected(`wss://mcp.test:${peer.port}/mcp`, { tls, guard: naming(['127.0.0.1']) });
    expect(names.items).toEqual(['mcp.test']);
    const other = watched(`wss://evil.test:${peer.port}/mcp`, {
      tls,
      guard: naming(['127.0.0.1']),
    });
    expect(await rejection(other.transport.start())).toMatchObject({
      code: 'DIAL_FAILED',
      retryable: false,
      cause: { code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    });
  });

  it('verify a literal against its certificate', async () => {
    const peer = await wsPeer({ tls: true });
    const url = `wss://127.0.0.1:${peer.port}/mcp`;
    await connected(url, { tls: { ca: authority }, guard: naming(['127.0.0.1']) });
    expect(peer.sockets.length).toBe(1);
  });

  it('verify the literal of the URL, not the address that is dialled for it', async () => {
    const peer = await wsPeer({ tls: true });
    const { transport } = watched(`wss://192.0.2.1:${peer.port}/mcp`, {
      tls: { ca: authority },
      guard: naming(['127.0.0.1']),
    });
    expect(await rejection(transport.start())).toMatchObject({
      cause: { code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    });
  });

  it('cannot be kept by an agent, so both together are refused', async () => {
    const peer = await wsPeer();
    const agent = new Agent();
    const { transport } = watched(peer.url, { agent, guard: naming(['127.0.0.1']) });
    expect(await rejection(transport.start())).toMatchObject({
      name: 'ConfigError',
      option: 'agent',
    });
    expect(peer.upgrades.length).toBe(0);
    await connected(peer.url, { agent, guard: naming() });
    agent.destroy();
  });

  it('cannot be kept by a WebSocket class, so both together are refused', async () => {
    const peer = await wsPeer();
    const { WebSocket } = await import('ws');
    class Standard extends WebSocket {}
    const { transport } = watched(peer.url, {
      WebSocket: Standard as never,
      guard: naming(['127.0.0.1']),
    });
    expect(await rejection(transport.start())).toMatchObject({
      name: 'ConfigError',
      option: 'guard',
    });
    expect(peer.upgrades.length).toBe(0);
  });
});

describe('addresses of a guard', () => {
  const node = '22.0.0';
  it.each([
    ['Node', { node, uv: '1.0.0' }, true],
    ['Deno', { node, deno: '2.0.0' }, true],
    ['Bun', { node, uv: '1.0.0', bun: '1.0.0' }, false],
    ['workerd, and others that only call themselves Node', { node }, false],
    ['what does not say', {}, false],
  ])('are kept to by %s: known or not', (_runtime, versions, kept) => {
    expect(keepsToAddresses(versions)).toBe(kept);
  });

  it('are kept to here', () => {
    expect(keepsToAddresses()).toBe(true);
  });
});
