import { describe, expect, it } from 'vitest';
import { FakeClock } from '../fake-clock.js';
import { refusingPeer, wsPeer } from '../servers.js';
import { connected, ping, rejection, watched } from './watched.js';

describe('events', () => {
  it('tell the life of a connection, with one id', async () => {
    const clock = new FakeClock();
    const peer = await wsPeer();
    const url = `${peer.url}?tenant=s3cret`;
    const { transport, events, messages } = await connected(url, { clock });
    const [socket] = await peer.sockets.first(1);
    const sent = { ...ping, params: { text: 'zwölf €' } };
    await transport.send(sent);
    await peer.messages.first(1);
    const received = '{"jsonrpc":"2.0","id":1,"result":{"text":"zwölf €"}}';
    clock.sleep(50);
    socket?.send(received);
    await messages.first(1);
    clock.sleep(450);
    socket?.close(1012);
    await transport.closed;
    const base = { id: events.items[0]?.id, url: `ws://127.0.0.1:${peer.port}/mcp?…` };
    const bytes = (text: string) => Buffer.byteLength(text);
    expect(events.items).toEqual([
      { type: 'ws.dial', at: 1_000, ...base },
      { type: 'ws.open', at: 1_000, durationMs: 0, protocol: 'mcp', ...base },
      { type: 'ws.message.sent', at: 1_000, bytes: bytes(JSON.stringify(sent)), ...base },
      { type: 'ws.message.received', at: 1_050, bytes: bytes(received), ...base },
      { type: 'ws.closed', at: 1_500, code: 1012, redial: true, durationMs: 500, ...base },
      { type: 'ws.error', at: 1_500, error: 'CONNECTION_LOST', ...base },
    ]);
  });

  it('have another id for another connection', async () => {
    const { url } = await refusingPeer(503);
    const one = watched(url);
    const two = watched(url);
    await rejection(one.transport.start());
    await rejection(two.transport.start());
    expect(new Set([...one.events.items, ...two.events.items].map(({ id }) => id)).size).toBe(2);
  });

  it('pair each dial with one outcome', async () => {
    const { url } = await refusingPeer(401);
    const { transport, events } = watched(url);
    await rejection(transport.start());
    expect(events.items).toMatchObject([
      { type: 'ws.dial' },
      { type: 'ws.refused', error: 'UPGRADE_REFUSED', status: 401 },
    ]);
  });

  it('tell of a message that was refused nothing', async () => {
    const peer = await wsPeer();
    const { transport, events } = await connected(peer.url, { maxMessageBytes: 10 });
    await rejection(transport.send(ping));
    expect(events.items.map(({ type }) => type)).toEqual(['ws.dial', 'ws.open']);
  });

  it('to an observer that throws break nothing', async () => {
    const peer = await wsPeer();
    const { transport, messages } = await connected(peer.url, {
      observer: () => {
        throw new Error('of the observer');
      },
    });
    await transport.send(ping);
    await peer.messages.first(1);
    peer.sockets.items[0]?.send(JSON.stringify(ping));
    await messages.first(1);
    await transport.close();
  });

  it('of a handler that throws have a word of their own', async () => {
    const peer = await wsPeer();
    const { transport, events } = await connected(peer.url);
    transport.onmessage = () => {
      throw new Error('s3cret');
    };
    peer.sockets.items[0]?.send(JSON.stringify(ping));
    expect(await events.find(({ type }) => type === 'ws.error')).toMatchObject({
      error: 'HANDLER',
    });
  });
});

describe('no credential', () => {
  it.each([
    'ws://user:s3cret@127.0.0.1:PORT/mcp',
    'ws://s3cret@127.0.0.1:PORT/mcp',
    'ws://127.0.0.1:PORT/mcp#s3cret',
    'ws://127.0.0.1:PORT/mcp?access_token=s3cret',
    'ws://s3cret@[broken',
    'http://user:s3cret@127.0.0.1:PORT/',
    'ws://127.0.0.1:PORT/mcp?key=s3cret',
  ])('is in an error or an event of %s', async (template) => {
    const { port } = await refusingPeer(403);
    const said: unknown[] = [];
    try {
      const { transport, events } = watched(template.replace('PORT', String(port)), {
        headers: { authorization: 'Bearer s3cret' },
      });
      said.push(await rejection(transport.start()), await transport.closed, events.items);
    } catch (error) {
      said.push(error);
    }
    const text = said
      .map((it) => (it instanceof Error ? `${it.stack} ${JSON.stringify(it)}` : JSON.stringify(it)))
      .join('\n');
    expect(text).not.toBe('');
    expect(text).not.toContain('s3cret');
  });
});

describe('an observer', () => {
  it('that is async and rejects breaks nothing', async () => {
    const unhandled: unknown[] = [];
    const onUnhandled = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', onUnhandled);
    const peer = await wsPeer();
    const { transport } = await connected(peer.url, {
      observer: (async () => {
        throw new Error('of the observer');
      }) as () => void,
    });
    transport.onerror = (async () => {
      throw new Error('of onerror');
    }) as () => void;
    peer.sockets.items[0]?.close(1011);
    await transport.closed;
    for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
    process.off('unhandledRejection', onUnhandled);
    expect(unhandled).toEqual([]);
  });
});
