// Where we do not do as the SDK does: what the README lists, both sides of it.
import { describe, expect, it } from 'vitest';
import { flush } from '../../../test/fake-clock.js';
import { type Exchange, ours, play, theirs } from './both.js';
import type { ScriptedTransport } from './scripted.js';

const content = [{ type: 'text', text: 'ok' }];
const call: Pick<Exchange, 'method' | 'params'> = { method: 'tools/call', params: { name: 'a' } };
const answer =
  (result: unknown): Exchange['play'] =>
  ({ peer, request }) =>
    peer.answer(result, request.id);

const differences: {
  name: string;
  exchange: Omit<Exchange, 'name'>;
  mine: unknown;
  sdk: unknown;
}[] = [
  {
    name: 'a result without resultType is complete',
    exchange: { ...call, play: answer({ content }) },
    mine: { result: { content } },
    sdk: { failed: 'invalid' },
  },
  {
    name: 'a result is checked for what callers rely on, not for all that the schema asks',
    exchange: { method: 'tools/list', play: answer({ resultType: 'complete', tools: [] }) },
    mine: { result: { tools: [] } },
    sdk: { failed: 'invalid' },
  },
  {
    name: 'an answer that is none fails the request at once',
    exchange: { ...call, options: { timeoutMs: 20 }, play: answer('text') },
    mine: { failed: 'invalid' },
    sdk: { failed: 'timeout' },
  },
  {
    name: 'an id is what it is',
    exchange: {
      ...call,
      options: { timeoutMs: 20 },
      play: ({ peer, request }) => peer.complete({ content }, String(request.id)),
    },
    mine: { failed: 'timeout' },
    sdk: { result: { content } },
  },
  {
    name: 'an error code is what it is',
    exchange: {
      method: 'resources/read',
      params: { uri: 'a:b' },
      play: ({ peer, request }) => peer.refuse(-32002, 'gone', { uri: 'a:b' }, request.id),
    },
    mine: { rpcCode: -32002, message: 'gone', data: { uri: 'a:b' } },
    sdk: { rpcCode: -32602, message: 'gone', data: { uri: 'a:b' } },
  },
  {
    name: 'a list cannot be put off',
    exchange: {
      method: 'tools/list',
      options: { timeoutMs: 20 },
      play: answer({ resultType: 'input_required', requestState: 'x' }),
    },
    mine: { failed: 'invalid' },
    sdk: { failed: 'timeout' },
  },
  {
    name: 'a question that is none is one that we do not answer',
    exchange: {
      ...call,
      play: answer({ resultType: 'input_required', inputRequests: { a: 'please' } }),
    },
    mine: { failed: 'input' },
    sdk: { failed: 'invalid' },
  },
  {
    name: 'methods of the older era are for the server to refuse',
    exchange: {
      method: 'logging/setLevel',
      params: { level: 'info' },
      play: ({ peer }) => {
        if (peer.sent.length > 0) peer.refuse(-32601, 'Method not found');
      },
    },
    mine: { rpcCode: -32601, message: 'Method not found', data: undefined },
    sdk: { failed: expect.stringContaining('not supported by the negotiated protocol version') },
  },
];

describe("unlike the SDK's Client", () => {
  it.each(differences)('$name', async ({ name, exchange, mine, sdk }) => {
    expect((await play(ours, { name, ...exchange })).outcome).toEqual(mine);
    expect((await play(theirs, { name, ...exchange })).outcome).toEqual(sdk);
  });

  it('no progress is made up while handlers answer', async () => {
    const exchange: Exchange = {
      name: '',
      ...call,
      options: { onProgress() {} },
      async play(stage) {
        const { id } = stage.request;
        const inputRequests = { a: { method: 'roots/list' } };
        stage.peer.answer({ resultType: 'input_required', inputRequests }, id);
        while (stage.request.id === id) await flush();
        stage.peer.complete({ content }, stage.request.id);
      },
    };
    expect((await play(ours, exchange)).progress).toEqual([]);
    expect((await play(theirs, exchange)).progress).toHaveLength(1);
  });

  it('the server is not told the reason of an abort', async () => {
    const reasons = [];
    for (const connect of [ours, theirs]) {
      let peer: ScriptedTransport | undefined;
      await play(connect, {
        name: '',
        ...call,
        abortable: true,
        async play(stage) {
          peer = stage.peer;
          stage.abort();
          await flush();
        },
      });
      reasons.push(peer?.sent.at(-1)?.params.reason);
    }
    expect(reasons).toEqual(['aborted', 'Error: enough']);
  });
});
