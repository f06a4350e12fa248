import { describe, expect, it } from 'vitest';
import {
  type Counter,
  createMetrics,
  type Histogram,
  type Meter,
  recordEvents,
} from '../src/index.js';

const KEY = 'wss://a.example/mcp';

/** What a working connection tells, for one call. */
function events(id: number, tool = 'add') {
  const call = { id, endpoint: KEY, method: 'tools/call', tool };
  return [
    { type: 'call.start', ...call },
    { type: 'retry.attempt', name: KEY },
    { type: 'pool.acquire', key: KEY },
    { type: 'pool.acquired', key: KEY, itemId: 1, leaseId: id, waitMs: 1, reused: true },
    { type: 'ws.message.sent', id: 1, url: KEY, bytes: 100 },
    { type: 'ws.message.received', id: 1, url: KEY, bytes: 200 },
    { type: 'pool.released', key: KEY, leaseId: id, heldMs: 5 },
    { type: 'call.end', ...call, outcome: 'ok', durationMs: 6, protocolVersion: '2026-07-28' },
  ];
}

/** Writes into `to`, and has no `bind`. */
function unbound(to: Meter): Meter {
  const sum = ({ add }: Counter) => ({ add });
  const recorder = ({ record }: Histogram) => ({ record });
  return {
    counter: (name, options) => sum(to.counter(name, options)),
    upDownCounter: (name, options) => sum(to.upDownCounter(name, options)),
    gauge: (name, options) => recorder(to.gauge(name, options)),
    histogram: (name, options) => recorder(to.histogram(name, options)),
  };
}

describe('recordEvents', () => {
  it('measures the same through a meter that cannot bind', () => {
    const [bound, plain] = [createMetrics(), createMetrics()];
    for (const record of [recordEvents(bound), recordEvents(unbound(plain))]) {
      for (let id = 1; id <= 3; id++) for (const event of events(id)) record(event);
      for (const event of events(4, 'subtract')) record(event);
    }
    expect(bound.snapshot()).toEqual(plain.snapshot());
    expect(bound.snapshot().metrics.flatMap(({ series }) => [...series]).length).toBeGreaterThan(8);
  });

  it('finds its series again after a reset', () => {
    const metrics = createMetrics();
    const record = recordEvents(metrics);
    const hits = () =>
      metrics.snapshot().metrics.find(({ name }) => name === 'mcp_ws.pool.hits')?.series;
    for (const event of events(1)) record(event);
    metrics.reset();
    expect(hits()).toEqual([]);
    for (const event of events(2)) record(event);
    expect(hits()).toMatchObject([{ value: 1 }]);
  });

  it('measures requests of places that share a name as of one, but for how they are reached', () => {
    const metrics = createMetrics();
    const record = recordEvents(metrics, { endpoint: () => 'servers' });
    const hosts = ['wss://a.example/mcp', 'https://b.example/mcp', 'wss://c.example/mcp'];
    for (const endpoint of [...hosts, ...hosts]) {
      record({
        type: 'call.end',
        endpoint,
        method: 'tools/list',
        outcome: 'ok',
        durationMs: 1,
      } as { type: string });
    }
    const [durations] = metrics
      .snapshot()
      .metrics.filter(({ name }) => name === 'mcp.client.operation.duration');
    expect(
      durations?.series.map((one) => [
        one.attributes['network.protocol.name'],
        'count' in one ? one.count : 0,
      ]),
    ).toEqual([
      ['websocket', 4],
      ['http', 2],
    ]);
  });

  it('keeps a tool, a prompt of its name, and versions of the protocol apart', () => {
    const metrics = createMetrics();
    const record = recordEvents(metrics);
    const ended = { type: 'call.end', endpoint: KEY, method: 'x/y', outcome: 'ok', durationMs: 1 };
    const about = [
      { tool: 'add', protocolVersion: '1' },
      { prompt: 'add', protocolVersion: '1' },
      { tool: 'add', protocolVersion: '2' },
    ];
    for (const names of [...about, ...about]) record({ ...ended, ...names });
    const [durations] = metrics
      .snapshot()
      .metrics.filter(({ name }) => name === 'mcp.client.operation.duration');
    expect(durations?.series.map((one) => ('count' in one ? one.count : 0))).toEqual([2, 2, 2]);
  });

  it('tells more requests apart than it remembers', () => {
    const metrics = createMetrics({ maxSeries: 5_000 });
    const record = recordEvents(metrics, { maxNames: 3_000 });
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 2_500; i++) {
        record({
          type: 'call.end',
          endpoint: KEY,
          method: 'tools/call',
          tool: `tool-${i}`,
          outcome: 'ok',
          durationMs: 1,
        } as { type: string });
      }
    }
    const [durations] = metrics
      .snapshot()
      .metrics.filter(({ name }) => name === 'mcp.client.operation.duration');
    expect(durations?.series).toHaveLength(2_500);
    expect(durations?.series.every((one) => 'count' in one && one.count === 2)).toBe(true);
  });
});
