// The script of the differential suite: what a server may do to each kind of request.

import { flush } from '../../../test/fake-clock.js';
import type { JsonObject } from '../src/index.js';
import type { Exchange, Stage } from './both.js';

const CACHE = { ttlMs: 0, cacheScope: 'private' };
const CONTENT = [{ type: 'text', text: 'ok' }];

interface Kind {
  readonly method: string;
  readonly params?: JsonObject;
  readonly result: JsonObject;
  /** Results that lack what callers rely on. */
  readonly wrong: readonly JsonObject[];
}

export const KINDS: readonly Kind[] = [
  {
    method: 'tools/call',
    params: { name: 'echo', arguments: { deep: { list: [1, null, 'x'] } } },
    result: { content: CONTENT, structuredContent: { a: 1 }, isError: false },
    wrong: [{}, { content: 'text' }, { content: [null] }, { content: CONTENT, isError: 'no' }],
  },
  {
    method: 'tools/list',
    params: { cursor: '' },
    result: { tools: [{ name: 'a', inputSchema: { type: 'object' } }], nextCursor: '', ...CACHE },
    wrong: [{ ...CACHE }, { tools: {}, ...CACHE }, { tools: [{}], ...CACHE }],
  },
  {
    method: 'resources/list',
    result: { resources: [{ uri: 'a:b', name: 'b' }], nextCursor: 'next', ...CACHE },
    wrong: [{ ...CACHE }, { resources: [1], ...CACHE }, { resources: [], nextCursor: 1, ...CACHE }],
  },
  {
    method: 'resources/templates/list',
    params: { cursor: 'x' },
    result: { resourceTemplates: [{ uriTemplate: 'a:{b}', name: 'b' }], ...CACHE },
    wrong: [
      { ...CACHE },
      { resourceTemplates: null, ...CACHE },
      { resourceTemplates: [{}], ...CACHE },
    ],
  },
  {
    method: 'resources/read',
    params: { uri: 'a:b' },
    result: { contents: [{ uri: 'a:b', text: 'x', mimeType: 'text/plain' }], ...CACHE },
    wrong: [{ ...CACHE }, { contents: 'x', ...CACHE }, { contents: [{ text: 'x' }], ...CACHE }],
  },
  {
    method: 'prompts/list',
    result: { prompts: [{ name: 'p' }], ...CACHE },
    wrong: [{ ...CACHE }, { prompts: 'p', ...CACHE }, { prompts: [{ name: 1 }], ...CACHE }],
  },
  {
    method: 'prompts/get',
    params: { name: 'p', arguments: { a: 'b' } },
    result: { messages: [{ role: 'user', content: CONTENT[0] }], description: 'd' },
    wrong: [{}, { messages: {} }, { messages: [{ content: CONTENT[0] }] }],
  },
  {
    method: 'completion/complete',
    params: { ref: { type: 'ref/prompt', name: 'p' }, argument: { name: 'a', value: 'b' } },
    result: { completion: { values: ['b', 'c'], total: 2, hasMore: false } },
    wrong: [{}, { completion: { values: 'b' } }, { completion: { values: [1] } }],
  },
  {
    method: 'server/discover',
    result: { supportedVersions: ['2026-07-28'], capabilities: { tools: {} }, ...CACHE },
    wrong: [{ ...CACHE }, { supportedVersions: '1', capabilities: {} }, { supportedVersions: [] }],
  },
];

const RPC_ERRORS: readonly [number, unknown][] = [
  [-32601, undefined],
  [-32602, { field: 'name' }],
  [-32603, 'text'],
  [-32000, null],
  [-32002, { what: 'a:b' }],
  [-32021, { requiredCapabilities: { sampling: {} } }],
  [42, [1, 2]],
];

/** Progress on the request, as often as `values` says. */
const tell = ({ peer, request }: Stage, ...values: number[]) => {
  const { progressToken } = request.params._meta;
  for (const progress of values) {
    peer.notify('notifications/progress', { progressToken, progress, total: 9, message: 'on' });
  }
};

export const exchanges: Exchange[] = [];
const add = (
  name: string,
  { method, params }: Kind,
  rest: Partial<Exchange> & Pick<Exchange, 'play'>,
) => exchanges.push({ name: `${method}: ${name}`, method, params, ...rest });

for (const kind of KINDS) {
  const { result, params } = kind;
  const complete = ({ peer, request }: Stage) => peer.complete(result, request.id);

  add('a result', kind, { play: complete });
  add('a result with what nobody knows', kind, {
    play: ({ peer, request }) =>
      peer.complete(
        { ...result, 'com.example/new': { a: [1] }, _meta: { 'com.example/b': 1 } },
        request.id,
      ),
  });
  add('with _meta of the caller', kind, {
    params: { ...params, _meta: { traceparent: '00-1', 'com.example/a': { b: 1 } } },
    play: complete,
  });
  add('with meta in the options', kind, {
    options: { meta: { tracestate: 'x=1' } },
    play: complete,
  });
  add('with a log level', kind, { options: { logLevel: 'debug' }, play: complete });
  add('progress, then a result', kind, {
    options: { onProgress() {} },
    async play(stage) {
      tell(stage, 1, 2.5, 9);
      await flush();
      complete(stage);
    },
  });
  add('progress that starts the timeout again', kind, {
    options: {
      onProgress() {},
      timeoutMs: 5_000,
      resetTimeoutOnProgress: true,
      maxTotalTimeoutMs: 9_000,
    },
    async play(stage) {
      tell(stage, 1, 2);
      await flush();
      complete(stage);
    },
  });
  for (const [code, data] of RPC_ERRORS) {
    add(`error ${code}`, kind, {
      play: ({ peer, request }) => peer.refuse(code, 'said the server', data, request.id),
    });
  }
  for (const [index, wrong] of kind.wrong.entries()) {
    add(`wrong result ${index + 1}`, kind, {
      play: ({ peer, request }) => peer.complete(wrong, request.id),
    });
  }
  for (const resultType of ['task', '', 1, null]) {
    add(`result type ${JSON.stringify(resultType)}`, kind, {
      play: ({ peer, request }) => peer.answer({ ...result, resultType }, request.id),
    });
  }
  add('two answers', kind, {
    play(stage) {
      complete(stage);
      stage.peer.refuse(-32603, 'too late', undefined, stage.request.id);
    },
  });
  add('answers to others first', kind, {
    play(stage) {
      for (const id of [999_999, 'x', -1, 1.5]) stage.peer.complete({ wrong: true }, id);
      complete(stage);
    },
  });
  add('rubbish first', kind, {
    play(stage) {
      const { peer } = stage;
      for (const rubbish of [{}, [], { jsonrpc: '2.0' }, { jsonrpc: '2.0', method: 1 }])
        peer.say(rubbish);
      peer.say({ jsonrpc: '2.0', id: 7, method: 'sampling/createMessage', params: {} });
      peer.say({ jsonrpc: '2.0', id: 8, method: 'ping' });
      peer.notify('notifications/progress', { progressToken: 'none', progress: 1 });
      peer.notify('notifications/cancelled', { requestId: 'none' });
      peer.notify('notifications/tools/list_changed');
      peer.notify('notifications/subscriptions/acknowledged', { notifications: {} });
      peer.notify('com.example/unheard-of', { a: 1 });
      complete(stage);
    },
  });
  add('an error that was about no request first', kind, {
    play(stage) {
      stage.peer.refuse(-32700, 'parse error', undefined, null);
      complete(stage);
    },
  });
  add('an abort, and an answer that comes too late', kind, {
    abortable: true,
    async play(stage) {
      stage.abort();
      await flush();
      complete(stage);
    },
  });
  add('an abort after the answer', kind, {
    abortable: true,
    async play(stage) {
      complete(stage);
      await flush();
      stage.abort();
    },
  });
  add('a timeout, and an answer that comes too late', kind, {
    options: { timeoutMs: 2 },
    async play(stage) {
      while (stage.peer.last.method !== 'notifications/cancelled') await flush();
      complete(stage);
    },
  });
  add('a connection that is lost', kind, { play: ({ peer }) => peer.onclose?.() });
}

const elicit = (message: string) => ({
  method: 'elicitation/create',
  params: { mode: 'form', message, requestedSchema: { type: 'object', properties: {} } },
});
const sample = {
  method: 'sampling/createMessage',
  params: { messages: [{ role: 'user', content: { type: 'text', text: 'hi' } }], maxTokens: 5 },
};
const rounds: [string, JsonObject[]][] = [
  ['one question', [{ inputRequests: { a: elicit('A') } }]],
  [
    'a question with a state',
    [{ inputRequests: { a: elicit('A') }, requestState: '{"opaque":1}' }],
  ],
  [
    'three questions at once',
    [{ inputRequests: { a: elicit('A'), b: sample, c: { method: 'roots/list' } } }],
  ],
  [
    'three rounds',
    [
      { inputRequests: { a: elicit('A') }, requestState: '1' },
      { inputRequests: { b: sample } },
      { inputRequests: { c: elicit('C') }, requestState: '' },
    ],
  ],
  ['a pause', [{ requestState: 'later' }]],
  ['a pause with no questions', [{ inputRequests: {}, requestState: 'later' }]],
];
for (const kind of KINDS.filter(({ method }) => /call|read|get/.test(method))) {
  for (const [name, asked] of rounds) {
    add(`input: ${name}`, kind, {
      async play(stage) {
        for (const required of asked) {
          const { id } = stage.request;
          stage.peer.answer({ resultType: 'input_required', ...required }, id);
          while (stage.request.id === id) await flush();
        }
        stage.peer.complete(kind.result, stage.request.id);
      },
    });
  }
  for (const [name, required] of [
    ['a handler that throws', { inputRequests: { a: elicit('throw') } }],
    ['neither questions nor state', {}],
    ['a state that is no string', { requestState: 5 }],
  ] as const) {
    add(`input: ${name}`, kind, {
      play: ({ peer, request }) =>
        peer.answer({ resultType: 'input_required', ...required }, request.id),
    });
  }
  add('input: an error in the second round', kind, {
    async play(stage) {
      const { id } = stage.request;
      stage.peer.answer({ resultType: 'input_required', inputRequests: { a: elicit('A') } }, id);
      while (stage.request.id === id) await flush();
      stage.peer.refuse(-32602, 'not that', undefined, stage.request.id);
    },
  });
}
