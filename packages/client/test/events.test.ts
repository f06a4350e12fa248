import { createMetrics, recordEvents } from '@x/metrics';
import type { createTracing } from '@x/metrics/opentelemetry';
import { createPool } from '@x/pool';
import type { strategy } from '@x/retry';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { flush } from '../../../test/fake-clock.js';
import {
  type CallEvent,
  type ClientEvent,
  type Endpoint,
  McpClient,
  type Policy,
  type Session,
  type SessionSource,
  sessionFactory,
  type Trace,
} from '../src/index.js';
import { always, fakeSession } from './fake-session.js';
import { clientOf, countingServer, memoryServer, URL_A } from './workshop.js';

const answering = (answer: Session['request']) => always(fakeSession(answer));

describe('call events', () => {
  const told = async (
    call: (client: McpClient) => Promise<unknown>,
    answer: Session['request'],
  ) => {
    const events: CallEvent[] = [];
    const observer = (event: CallEvent) => void events.push(event);
    await call(new McpClient({ sessions: answering(answer), observer })).catch(() => {});
    return events;
  };
  const url = 'ws://user:pass@h/mcp?token=secret#frag';

  it('may be told to one who fails at once or later', async () => {
    const rejected: unknown[] = [];
    const note = (error: unknown) => rejected.push(error);
    process.on('unhandledRejection', note);
    const fail = () => {
      throw new Error('broken');
    };
    for (const observer of [fail, async () => fail()]) {
      const client = new McpClient({ sessions: answering(async () => ({})), observer });
      await client.request(url, 'ping');
    }
    await flush();
    process.off('unhandledRejection', note);
    expect(rejected).toEqual([]);
  });

  it('pair a start with an end, and mask the endpoint', async () => {
    const events = await told(
      (client) => client.callTool(url, 'add', { secret: 1 }),
      async () => ({ content: [] }),
    );
    const about = { method: 'tools/call', tool: 'add', endpoint: 'ws://***@h/mcp?***' };
    expect(events).toEqual([
      { type: 'call.start', at: expect.any(Number), id: expect.any(Number), ...about },
      {
        type: 'call.end',
        at: expect.any(Number),
        id: events[0]?.id,
        ...about,
        outcome: 'ok',
        durationMs: expect.any(Number),
        era: 'modern',
        protocolVersion: '2026-07-28',
      },
    ]);
    expect(JSON.stringify(events)).not.toMatch(/secret|pass|frag/);
  });

  it.each([
    ['tool_error', {}, async () => ({ content: [], isError: true })],
    [
      'error',
      { errorCode: 'PROTOCOL', rpcCode: -32000 },
      () => Promise.reject(Object.assign(new Error(), { rpcCode: -32000 })),
    ],
    [
      'error',
      { errorCode: 'EPIPE' },
      () => Promise.reject(Object.assign(new Error(), { code: 'EPIPE' })),
    ],
    ['error', { errorCode: 'RangeError' }, () => Promise.reject(new RangeError())],
    [
      'error',
      { errorCode: 'OUTCOME_UNKNOWN' },
      () => Promise.reject(Object.assign(new Error(), { delivery: 'unknown' })),
    ],
  ])('say how a call ended: %s %j', async (outcome, more, answer) => {
    const [, end] = await told((client) => client.callTool(url, 'x'), answer);
    expect(end).toMatchObject({ type: 'call.end', outcome, ...more });
  });

  it('say that a call was aborted', async () => {
    const stop = new AbortController();
    const [, end] = await told(
      (client) => client.callTool(url, 'x', {}, { signal: stop.signal }),
      (_, __, options) => {
        stop.abort();
        return Promise.reject(options?.signal?.reason);
      },
    );
    expect(end).toMatchObject({ outcome: 'aborted' });
    expect(end).toMatchObject({ errorCode: undefined });
  });

  it('name the prompt of a prompt', async () => {
    const [start] = await told(
      (client) => client.getPrompt(url, 'review'),
      async () => ({ messages: [] }),
    );
    expect(start).toMatchObject({ method: 'prompts/get', prompt: 'review' });
  });

  it('break nothing if the observer throws', async () => {
    const observer = () => {
      throw new Error('broken');
    };
    const sessions = answering(async () => ({ content: [] }));
    await new McpClient({ sessions, observer }).callTool(url, 'x');
  });

  it('are not even made without an observer', async () => {
    let reads = 0;
    const clock = {
      now: () => {
        reads++;
        return 0;
      },
      setTimeout: () => 0,
      clearTimeout: () => {},
    };
    const sessions = answering(async () => ({ content: [] }));
    const calls = async (observer?: (event: CallEvent) => void) => {
      reads = 0;
      const options = { sessions, clock, timeoutMs: 0, ...(observer && { observer }) };
      await new McpClient(options).callTool(url, 'x');
      return reads;
    };
    // Every event reads the clock for its `at`.
    expect(await calls()).toBe(0);
    expect(await calls(() => {})).toBeGreaterThanOrEqual(2);
  });

  it('become measurements', async () => {
    const metrics = createMetrics();
    const observer = recordEvents(metrics);
    const server = memoryServer(countingServer());
    const client = clientOf(server, { observer, client: { observer } });
    await client.callTool(URL_A, 'pay');
    await client.close();
    const names = metrics.snapshot().metrics.filter(({ series }) => series.length > 0);
    expect(names.map(({ name }) => name)).toContain('mcp.client.operation.duration');
    expect(names.map(({ name }) => name)).toContain('mcp.client.session.duration');
  });
});

describe('a trace', () => {
  it('goes out in _meta with each attempt, and ends with it', async () => {
    const seen: unknown[] = [];
    const trace: Trace = {
      startCall(call) {
        const n = seen.push({ call });
        return { meta: { traceparent: `00-${n}` }, end: (outcome) => seen.push({ outcome }) };
      },
    };
    const metas: unknown[] = [];
    let failures = 1;
    const sessions = answering(async (_, __, options) => {
      metas.push(options?.meta);
      if (failures-- > 0) throw Object.assign(new Error('busy'), { delivery: 'not-sent' });
      return { content: [] };
    });
    const policy: Policy = { execute: (fn) => fn({}).catch(() => fn({})) };
    const client = new McpClient({ sessions, trace, policy });
    await client.callTool('ws://h/', 'add', {}, { meta: { mine: 1 } });
    expect(metas).toEqual([
      { mine: 1, traceparent: '00-1' },
      { mine: 1, traceparent: '00-3' },
    ]);
    const call = {
      method: 'tools/call',
      tool: 'add',
      prompt: undefined,
      endpoint: 'ws://h/',
      protocolVersion: '2026-07-28',
    };
    const ok = { outcome: 'ok', protocolVersion: '2026-07-28' };
    expect(seen).toMatchObject([
      { call },
      { outcome: { outcome: 'error', errorCode: 'Error' } },
      { call },
      { outcome: ok },
    ]);
  });

  it('that fails breaks no call', async () => {
    const trace: Trace = {
      startCall() {
        throw new Error('broken');
      },
    };
    const sessions = answering(async () => ({ content: [] }));
    await new McpClient({ sessions, trace }).callTool('ws://h/', 'x');
  });
});

describe('the ports', () => {
  it('are satisfied by the other packages of this house', () => {
    expectTypeOf<ReturnType<typeof strategy>>().toExtend<Policy>();
    expectTypeOf<ReturnType<typeof createTracing>>().toExtend<Trace>();
    expectTypeOf<ReturnType<typeof recordEvents>>().toExtend<(event: ClientEvent) => void>();
    const factory = sessionFactory({ session: () => Promise.reject(), transports: {} });
    const pool = createPool(factory);
    expectTypeOf(pool).toExtend<SessionSource<Endpoint>>();
    expectTypeOf(new McpClient({ sessions: pool }).stats().connected).toEqualTypeOf<number>();
  });
});
