import { Client as ClientV2 } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Inbox } from '../../src/inbox.js';
import { type JsonRpcMessage, WebSocketClientTransport } from '../../src/index.js';
import { serveChatter } from '../chatter.js';
import { wsPeer } from '../servers.js';

const chattyServer = () => wsPeer({ onSocket: serveChatter });

describe('three progress notifications and the response in one segment', () => {
  it('are all seen before the call resolves, by the Client of SDK v2', async () => {
    const peer = await chattyServer();
    const client = new ClientV2({ name: 'test', version: '1' });
    await client.connect(new WebSocketClientTransport(peer.url));
    const seen: number[] = [];
    await client.callTool(
      { name: 'any' },
      { onprogress: ({ progress }) => void seen.push(progress) },
    );
    expect(seen).toEqual([1, 2, 3]);
    await client.close();
  });

  it('are all seen before the call resolves, by the Client of SDK v1', async () => {
    const peer = await chattyServer();
    const client = new ClientV1({ name: 'test', version: '1' });
    await client.connect(new WebSocketClientTransport(peer.url));
    const seen: number[] = [];
    await client.callTool({ name: 'any' }, undefined, {
      onprogress: ({ progress }) => void seen.push(progress),
    });
    expect(seen).toEqual([1, 2, 3]);
    await client.close();
  });
});

describe('the inbox', () => {
  const kinds = fc.constantFrom('notification', 'request', 'response');
  const make = (kind: string, id: number): JsonRpcMessage => {
    if (kind === 'notification') return { jsonrpc: '2.0', method: 'n', params: { id } };
    if (kind === 'request') return { jsonrpc: '2.0', method: 'r', id };
    return { jsonrpc: '2.0', id, result: {} };
  };
  const numberOf = (message: JsonRpcMessage) =>
    'params' in message ? Number(message.params?.id) : Number(message.id);

  it('hands over everything, once and in order, whatever arrives when', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(kinds, { maxLength: 8 })), async (segments) => {
        const seen: number[] = [];
        const inbox = new Inbox((message) => seen.push(numberOf(message)));
        let count = 0;
        for (const segment of segments) {
          for (const kind of segment) {
            inbox.push(make(kind, count));
            count += 1;
          }
          // Some segments come in a microtask of what was before, some in a later turn.
          await (segment.length % 2 === 0 ? undefined : new Promise(setImmediate));
        }
        await new Promise(setImmediate);
        expect(seen).toEqual(Array.from({ length: count }, (_, index) => index));
      }),
    );
  });

  it('starts the handlers of each notification before the next message', async () => {
    const seen: string[] = [];
    const inbox = new Inbox((message) => {
      // As the SDK does: responses at once, notification handlers in a microtask.
      if ('method' in message) void Promise.resolve().then(() => seen.push('handler'));
      else seen.push('response');
    });
    for (const kind of ['notification', 'notification', 'response']) inbox.push(make(kind, 1));
    await new Promise(setImmediate);
    expect(seen).toEqual(['handler', 'handler', 'response']);
  });

  it('hands a lone response over at once', () => {
    const seen: JsonRpcMessage[] = [];
    new Inbox((message) => seen.push(message)).push(make('response', 1));
    expect(seen).toHaveLength(1);
  });

  it('keeps the order of what a handler itself makes arrive', async () => {
    const seen: number[] = [];
    const inbox: Inbox = new Inbox((message) => {
      const id = numberOf(message);
      seen.push(id);
      // A socket within this process may deliver while it is written to.
      if (id === 1) inbox.push(make('response', 3));
    });
    inbox.push(make('notification', 0));
    inbox.push(make('response', 1));
    inbox.push(make('response', 2));
    await new Promise(setImmediate);
    expect(seen).toEqual([0, 1, 2, 3]);
  });

  it('hands nothing over once it is closed', async () => {
    const seen: JsonRpcMessage[] = [];
    const inbox = new Inbox((message) => seen.push(message));
    inbox.push(make('notification', 0));
    inbox.push(make('response', 1));
    inbox.close();
    inbox.push(make('response', 2));
    await new Promise(setImmediate);
    expect(seen).toHaveLength(1);
  });

  it('takes a burst of 100,000 notifications', async () => {
    let seen = 0;
    let done = () => {};
    const all = new Promise<void>((resolve) => {
      done = resolve;
    });
    const inbox = new Inbox(() => {
      seen += 1;
      if (seen === 100_000) done();
    });
    for (let n = 0; n < 100_000; n += 1) inbox.push(make('notification', n));
    await all;
  });
});
