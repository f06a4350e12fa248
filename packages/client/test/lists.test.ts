import { describe, expect, it } from 'vitest';
import { FakeClock, flush } from '../../../test/fake-clock.js';
import { type JsonObject, McpClient, type RequestOptions } from '../src/index.js';
import { always, fakeSession } from './fake-session.js';
import { URL_A } from './workshop.js';

interface Asked extends RequestOptions {
  readonly params: JsonObject | undefined;
  answer(result: JsonObject): void;
  fail(error: unknown): void;
}

const page = (name: string, more: JsonObject = {}): JsonObject => ({
  tools: [{ name, inputSchema: { type: 'object' }, annotations: { readOnlyHint: false } }],
  ttlMs: 60_000,
  ...more,
});

/** A client, and the requests of its lists, to be answered by hand. */
function asking() {
  const clock = new FakeClock();
  const asked: Asked[] = [];
  const session = fakeSession(
    (_, params, options = {}) =>
      new Promise((answer, fail) => {
        asked.push({ ...options, params, answer, fail });
        options.signal?.addEventListener('abort', () => fail(options.signal?.reason));
      }),
  );
  const client = new McpClient({ sessions: always(session), clock });
  const names = async (list: ReturnType<McpClient['listTools']>) =>
    (await list).tools.map(({ name }) => name);
  return { clock, asked, client, names, session };
}

describe('those who ask for the same list at the same time', () => {
  it('get the answer to one request', async () => {
    const { asked, client, names } = asking();
    const lists = Array.from({ length: 50 }, () => names(client.listTools(URL_A)));
    await flush();
    expect(asked).toHaveLength(1);
    asked[0]?.answer(page('one'));
    expect(await Promise.all(lists)).toEqual(lists.map(() => ['one']));
  });

  it('get its error, and the next one asks again', async () => {
    const { asked, client, names } = asking();
    const lists = [client.listTools(URL_A), client.listTools(URL_A)];
    const seen = Promise.allSettled(lists);
    await flush();
    asked[0]?.fail(new Error('no'));
    expect((await seen).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const again = names(client.listTools(URL_A));
    await flush();
    asked[1]?.answer(page('two'));
    expect(await again).toEqual(['two']);
  });

  it('may leave without taking it from the others; the last one takes it along', async () => {
    const { asked, client } = asking();
    const stops = Array.from({ length: 3 }, () => new AbortController());
    const lists = stops.map(({ signal }) => client.listTools(URL_A, { signal }));
    const seen = Promise.allSettled(lists);
    await flush();
    expect(asked).toHaveLength(1);
    stops[0]?.abort('first');
    stops[1]?.abort('second');
    await flush();
    expect(asked[0]?.signal?.aborted).toBe(false);
    stops[2]?.abort('third');
    expect(await seen).toEqual(
      ['first', 'second', 'third'].map((reason) => ({ status: 'rejected', reason })),
    );
    expect(asked[0]?.signal?.reason).toBe('third');
  });

  it('are told of a total deadline of their own', async () => {
    const { clock, asked, client, names } = asking();
    const short = client.listTools(URL_A, { maxTotalTimeoutMs: 100 }).catch((error) => error);
    const long = names(client.listTools(URL_A));
    await flush();
    await clock.advance(100);
    expect(await short).toMatchObject({ code: 'TIMEOUT', timeoutMs: 100 });
    expect(asked).toHaveLength(1);
    asked[0]?.answer(page('one'));
    expect(await long).toEqual(['one']);
  });

  it('ask alone if they ask in another way, or want it fresh', async () => {
    const { asked, client } = asking();
    const all = [
      client.listTools(URL_A),
      client.listTools(URL_A, { timeoutMs: 5 }),
      client.listTools(URL_A, { onProgress: () => {} }),
      client.listTools(URL_A, { meta: { a: 1 } }),
      client.listTools(URL_A, { refresh: true }),
      client.listTools({ url: URL_A, scope: 'ann' }),
    ];
    await flush();
    expect(asked).toHaveLength(all.length);
    for (const { answer } of asked) answer(page('one'));
    await Promise.all(all);
  });

  it('asked before a change: who comes after it asks again, and that is what is remembered', async () => {
    for (const change of ['told', 'evict', 'clear'] as const) {
      const { asked, client, names, session } = asking();
      const first = names(client.listTools(URL_A));
      await flush();
      asked[0]?.answer(page('seen'));
      await first;
      const before = names(client.listTools(URL_A, { refresh: true }));
      await flush();
      if (change === 'told') {
        session.onnotification?.({ method: 'notifications/tools/list_changed' });
      } else await (change === 'evict' ? client.evict(URL_A) : client.clear());
      const after = names(client.listTools(URL_A));
      await flush();
      expect(asked).toHaveLength(3);
      asked[2]?.answer(page('new'));
      expect(await after).toEqual(['new']);
      asked[1]?.answer(page('old'));
      expect(await before).toEqual(['old']);
      expect(await names(client.listTools(URL_A))).toEqual(['new']);
    }
  });
});

it('a change of one endpoint does not keep the list of another from being remembered', async () => {
  const { asked, client, names } = asking();
  const list = names(client.listTools(URL_A));
  await flush();
  await client.evict({ url: URL_A, scope: 'ann' });
  asked[0]?.answer(page('one'));
  await list;
  expect(await names(client.listTools(URL_A))).toEqual(['one']);
  expect(asked).toHaveLength(1);
});

it('maxTotalTimeoutMs caps all pages of a list together, timeoutMs each', async () => {
  const { clock, asked, client } = asking();
  const options = { maxTotalTimeoutMs: 1_000, timeoutMs: 700 };
  const list = client.listTools(URL_A, options).catch((error) => error);
  for (const n of [0, 1]) {
    await flush();
    expect(asked[n]).toMatchObject({ timeoutMs: 700, params: n === 0 ? undefined : {} });
    await clock.advance(400);
    asked[n]?.answer(page(`${n}`, { nextCursor: `${n}` }));
  }
  await flush();
  await clock.advance(200);
  expect(await list).toMatchObject({
    code: 'TIMEOUT',
    timeoutMs: 1_000,
    message: 'tools/list took longer than 1000 ms in all',
  });
  await flush();
  expect(asked).toHaveLength(3);
  expect(asked[2]?.signal?.aborted).toBe(true);
  expect(clock.timers).toBe(0);
});

it('what is remembered cannot be changed by who was given it', async () => {
  const { asked, client } = asking();
  const list = client.listTools(URL_A);
  await flush();
  asked[0]?.answer(page('pay'));
  const { tools } = await list;
  const [tool] = tools;
  expect(() => Object.assign(tool ?? {}, { name: 'evil' })).toThrow(TypeError);
  expect(() => Object.assign(tool?.annotations ?? {}, { readOnlyHint: true })).toThrow(TypeError);
  (tools as unknown[]).pop();
  expect((await client.listTools(URL_A)).tools).toMatchObject([
    { name: 'pay', annotations: { readOnlyHint: false } },
  ]);
});
