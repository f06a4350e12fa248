import { expect, it } from 'vitest';
import { createMetrics, recordEvents, summary } from '../src/index.js';
import type { SparseEvent } from './sparse-event.js';

it('is all zeros before anything happened, and for metrics that nobody records into', () => {
  const zeros = {
    websocket_pool_hits: 0,
    websocket_pool_misses: 0,
    websocket_pool_efficiency: 0,
    active_connections: 0,
    bytes_sent: 0,
    bytes_received: 0,
    connection_errors: 0,
    total_success: 0,
    total_errors: 0,
    overflowed_calls: 0,
    endpoints: {},
  };
  const metrics = createMetrics();
  expect(summary(metrics)).toEqual(zeros);
  recordEvents(metrics);
  expect(summary(metrics)).toEqual(zeros);
});

it('adds up over endpoints and times each of them', () => {
  const metrics = createMetrics();
  const observe: (event: SparseEvent) => void = recordEvents(metrics);
  for (const [id, url] of ['ws://a/mcp', 'ws://b/mcp'].entries()) {
    observe({ type: 'ws.open', id, url });
    observe({ type: 'ws.message.sent', id, url, bytes: 10 });
    observe({ type: 'ws.message.received', id, url, bytes: 300 });
    observe({ type: 'pool.acquired', key: url, reused: false });
    for (let i = 0; i < 4; i++) observe({ type: 'pool.acquired', key: url, reused: true });
  }
  observe({ type: 'ws.refused', id: 9, url: 'ws://a/mcp', status: 401 });
  observe({ type: 'ws.accepted', id: 'server' });
  observe({ type: 'ws.message.sent', id: 'server', bytes: 1_000 });
  observe({ type: 'ws.message.received', id: 'server', bytes: 1_000 });
  observe({ type: 'ws.error', id: 'server', error: 'ECONNRESET' });
  const call = (endpoint: string, durationMs: number, more: object = {}) =>
    observe({ type: 'call.end', method: 'tools/call', endpoint, durationMs, ...more });
  call('ws://a/mcp', 100);
  call('ws://a/mcp', 300, { tool: 'slow' });
  call('ws://a/mcp', 200, { outcome: 'tool_error' });
  call('ws://b/mcp', 50);
  call('ws://a/mcp', 3_600_000, { method: 'subscriptions/listen' });
  expect(summary(metrics)).toEqual({
    websocket_pool_hits: 8,
    websocket_pool_misses: 2,
    websocket_pool_efficiency: 0.8,
    active_connections: 2,
    bytes_sent: 20,
    bytes_received: 600,
    connection_errors: 1,
    total_success: 3,
    total_errors: 1,
    overflowed_calls: 0,
    endpoints: {
      'ws://a/mcp': {
        calls: 3,
        success: 2,
        errors: 1,
        avg_time: expect.closeTo(0.2, 10),
        min_time: 0.1,
        max_time: 0.3,
      },
      'ws://b/mcp': {
        calls: 1,
        success: 1,
        errors: 0,
        avg_time: 0.05,
        min_time: 0.05,
        max_time: 0.05,
      },
    },
  });
});

it('reports calls apart of which no series says how they ended', () => {
  const metrics = createMetrics({ maxSeries: 2 });
  const observe: (event: SparseEvent) => void = recordEvents(metrics);
  const call = { type: 'call.end', endpoint: 'ws://a', durationMs: 1 } as const;
  observe({ ...call, method: 'ping', outcome: 'ok' });
  observe({ ...call, method: 'ping', outcome: 'error', errorCode: 'TIMEOUT' });
  for (let i = 0; i < 9; i++) observe({ ...call, method: `m${i}`, outcome: 'error' });
  expect(summary(metrics)).toMatchObject({
    total_success: 1,
    total_errors: 1,
    overflowed_calls: 9,
    endpoints: { 'ws://a': { calls: 2, errors: 1 } },
  });
  expect(Object.keys(summary(metrics).endpoints)).toEqual(['ws://a']);
});
