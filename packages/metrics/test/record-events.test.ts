import fc from 'fast-check';
import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  ConfigError,
  type ConsumedEvents,
  type ConsumedEventType,
  createMetrics,
  type Observer,
  recordEvents,
  summary,
} from '../src/index.js';
import { toPrometheus } from '../src/prometheus.js';
import { EVERY_EVENT } from './every-event.js';
import { histograms, scalars } from './read.js';
import type { SparseEvent } from './sparse-event.js';

const URL_A = 'wss://user:pa55word@API.example:443/mcp?token=s3cret#x';
const A = 'wss://api.example/mcp';

function recorded(...events: readonly SparseEvent[]) {
  const metrics = createMetrics();
  const observe = recordEvents(metrics);
  for (const event of events) observe(event);
  const of = (name: string) =>
    scalars(metrics, name).map(({ attributes, value }) => ({ ...attributes, value }));
  const times = (name: string) =>
    histograms(metrics, name).map(({ attributes, count, sum }) => ({ ...attributes, count, sum }));
  return { metrics, observe, of, times };
}

describe('connections', () => {
  const endpoint = { 'mcp_ws.endpoint': A };
  const client = { ...endpoint, 'mcp_ws.role': 'client' };

  it('an opened connection counts until it is closed', () => {
    const { observe, of, times } = recorded(
      { type: 'ws.dial', id: 1, url: URL_A },
      { type: 'ws.open', id: 1, url: URL_A, durationMs: 20 },
      { type: 'ws.open', id: 2, url: URL_A, durationMs: 40 },
    );
    expect(of('mcp_ws.connection.active')).toEqual([{ ...client, value: 2 }]);
    expect(times('mcp_ws.connection.dial.duration')).toEqual([
      { ...endpoint, count: 2, sum: 0.06 },
    ]);
    observe({
      type: 'ws.closed',
      id: 1,
      url: URL_A,
      code: 1000,
      durationMs: 5_000,
    } as SparseEvent);
    observe({ type: 'ws.closed', id: 1, url: URL_A, code: 1000 } as SparseEvent);
    expect(of('mcp_ws.connection.active')).toEqual([{ ...client, value: 1 }]);
    expect(of('mcp_ws.connection.closed')).toEqual([
      { ...client, 'mcp_ws.close.code': '1000', value: 2 },
    ]);
    expect(times('mcp_ws.connection.duration')).toEqual([{ ...client, count: 1, sum: 5 }]);
    expect(of('mcp_ws.connection.errors')).toEqual([]);
  });

  it('a refused dial is an error with its status and no connection, whatever follows', () => {
    const { of, times } = recorded(
      { type: 'ws.dial', id: 1, url: URL_A },
      { type: 'ws.error', id: 1, url: URL_A, error: 'ECONNREFUSED' },
      { type: 'ws.refused', id: 1, url: URL_A, durationMs: 10, status: 401, error: 'refused' },
      { type: 'ws.closed', id: 1, url: URL_A, code: 1000 },
      { type: 'ws.refused', id: 2, url: URL_A, status: 503 },
    );
    expect(of('mcp_ws.connection.errors')).toEqual([
      { ...client, 'error.type': 'ECONNREFUSED', value: 1 },
      { ...client, 'error.type': '503', value: 1 },
    ]);
    expect(of('mcp_ws.connection.active')).toEqual([]);
    expect(times('mcp_ws.connection.dial.duration')).toEqual([
      { ...endpoint, 'error.type': '401', count: 1, sum: 0.01 },
    ]);
  });

  it.each([
    [1000, 0],
    [1001, 0],
    [1005, 0],
    [1012, 0],
    [1013, 0],
    [undefined, 0],
    [4321, 0],
    [1002, 1],
    [1006, 1],
    [1008, 1],
    [1009, 1],
    [1011, 1],
  ])('a connection closed with %s counts %i errors', (code, errors) => {
    const { metrics } = recorded(
      { type: 'ws.open', id: 1, url: A },
      { type: 'ws.closed', id: 1, url: A, code },
    );
    expect(summary(metrics).connection_errors).toBe(errors);
  });

  it('a socket that fails and then closes badly is one error', () => {
    const { metrics } = recorded(
      { type: 'ws.open', id: 1, url: A },
      { type: 'ws.error', id: 1, url: A, error: { code: 'ECONNRESET' } },
      { type: 'ws.error', id: 1, url: A, error: 'again' },
      { type: 'ws.closed', id: 1, url: A, code: 1006 },
    );
    expect(scalars(metrics, 'mcp_ws.connection.errors')).toMatchObject([
      { attributes: { 'error.type': 'ECONNRESET' }, value: 1 },
    ]);
  });

  it('a connection that opens twice counts once, and one without a URL ends with or without', () => {
    const { of } = recorded(
      { type: 'ws.dial', id: 1, url: A },
      { type: 'ws.open', id: 1, url: A },
      { type: 'ws.open', id: 1, url: A },
      { type: 'ws.open', id: 2 },
      { type: 'ws.closed', id: 2, url: A, code: 1000 },
    );
    expect(of('mcp_ws.connection.active')).toEqual([
      { ...client, value: 1 },
      { 'mcp_ws.role': 'client', value: 0 },
    ]);
  });

  it("two emitters' equal ids stay apart by their URL", () => {
    const { of } = recorded(
      { type: 'ws.open', id: 1, url: 'ws://a/' },
      { type: 'ws.open', id: 1, url: 'ws://b/' },
      { type: 'ws.closed', id: 1, url: 'ws://a/', code: 1000 },
    );
    expect(of('mcp_ws.connection.active')).toMatchObject([
      { 'mcp_ws.endpoint': 'ws://a', value: 0 },
      { 'mcp_ws.endpoint': 'ws://b', value: 1 },
    ]);
  });

  it('counts payload bytes by direction', () => {
    const { times } = recorded(
      { type: 'ws.message.sent', id: 1, url: A, bytes: 100 },
      { type: 'ws.message.sent', id: 1, url: A, bytes: 28 },
      { type: 'ws.message.received', id: 1, url: A, bytes: 4_000 },
    );
    expect(times('mcp_ws.message.size')).toEqual([
      { ...client, 'network.io.direction': 'transmit', count: 2, sum: 128 },
      { ...client, 'network.io.direction': 'receive', count: 1, sum: 4_000 },
    ]);
  });

  it("tells a server's messages and connections from a client's, also if their ids are equal", () => {
    const { observe, of, times } = recorded(
      { type: 'ws.dial', id: 1, url: A },
      { type: 'ws.open', id: 1, url: A },
      { type: 'ws.accepted', id: 1 },
      { type: 'ws.message.sent', id: 1, bytes: 10 },
      { type: 'ws.message.sent', id: 1, url: A, bytes: 20 },
      { type: 'ws.message.sent', id: 2, bytes: 40 },
    );
    const active = () =>
      of('mcp_ws.connection.active').map((one) => [
        (one as Record<string, unknown>)['mcp_ws.role'],
        one.value,
      ]);
    expect(times('mcp_ws.message.size')).toEqual([
      { 'mcp_ws.role': 'server', 'network.io.direction': 'transmit', count: 1, sum: 10 },
      { ...client, 'network.io.direction': 'transmit', count: 1, sum: 20 },
      { 'mcp_ws.role': 'client', 'network.io.direction': 'transmit', count: 1, sum: 40 },
    ]);
    expect(active()).toEqual([
      ['client', 1],
      ['server', 1],
    ]);
    observe({ type: 'ws.closed', id: 1, code: 1000 } as SparseEvent);
    expect(active()).toEqual([
      ['client', 1],
      ['server', 0],
    ]);
  });

  it('close codes leave room for the statuses of refused upgrades', () => {
    const metrics = createMetrics();
    const observe: (event: SparseEvent) => void = recordEvents(metrics, { maxNames: 1 });
    observe({ type: 'ws.closed', id: 1, url: A, code: 1000 });
    observe({ type: 'ws.rejected', status: 403, reason: 'origin' });
    expect(scalars(metrics, 'mcp_ws.server.rejected')).toMatchObject([
      { attributes: { 'http.response.status_code': '403' } },
    ]);
  });

  it('a server counts what it accepted, rejected and has left to drain', () => {
    const { of, times } = recorded(
      { type: 'ws.accepted', id: 'a' },
      { type: 'ws.accepted', id: 'b' },
      { type: 'ws.rejected', status: 403, reason: 'origin' },
      { type: 'ws.ping', rttMs: 3 },
      { type: 'ws.draining', connections: 2 },
      { type: 'ws.closed', id: 'a', code: 1001, durationMs: 1_000 },
    );
    const server = { 'mcp_ws.role': 'server' };
    expect(of('mcp_ws.connection.active')).toEqual([{ ...server, value: 1 }]);
    expect(of('mcp_ws.server.rejected')).toEqual([
      { 'http.response.status_code': '403', 'mcp_ws.reason': 'origin', value: 1 },
    ]);
    expect(of('mcp_ws.server.draining')).toEqual([{ value: 2 }]);
    expect(times('mcp_ws.ping.duration')).toEqual([{ count: 1, sum: 0.003 }]);
  });
});

describe('pool', () => {
  const key = `${A} user-7`;
  const at = { 'mcp_ws.endpoint': A };
  const states = (of: (name: string) => object[]) =>
    Object.fromEntries(
      of('mcp_ws.pool.connection.open').map((one) => [
        (one as Record<string, unknown>)['mcp_ws.state'],
        (one as { value: number }).value,
      ]),
    );

  it('tells hits from misses, and never the scope', () => {
    const { metrics, of } = recorded(
      { type: 'pool.acquired', key, waitMs: 1, reused: false },
      { type: 'pool.acquired', key, waitMs: 1, reused: true },
      { type: 'pool.acquired', key, waitMs: 1, reused: true },
      { type: 'pool.acquired', key, waitMs: 1 },
    );
    expect(of('mcp_ws.pool.hits')).toEqual([{ ...at, value: 2 }]);
    expect(of('mcp_ws.pool.misses')).toEqual([{ ...at, value: 1 }]);
    expect(summary(metrics).websocket_pool_efficiency).toBe(2 / 3);
    expect(JSON.stringify(metrics.snapshot())).not.toContain('user-7');
  });

  it('a connection is used while it has a lease, of which it may have many', () => {
    const { observe, of } = recorded({ type: 'pool.created', key, itemId: 1, durationMs: 30 });
    const send = (event: SparseEvent) => observe(event);
    expect(states(of)).toEqual({ idle: 1 });
    send({ type: 'pool.acquired', key, itemId: 1 });
    send({ type: 'pool.acquired', key, itemId: 1 });
    expect(states(of)).toEqual({ idle: 0, used: 1 });
    send({ type: 'pool.released', key, itemId: 1, heldMs: 100 });
    expect(states(of)).toEqual({ idle: 0, used: 1 });
    send({ type: 'pool.released', key, itemId: 1, heldMs: 100 });
    expect(states(of)).toEqual({ idle: 1, used: 0 });
    send({ type: 'pool.released', key, itemId: 1, heldMs: 100 });
    send({ type: 'pool.destroyed', key, itemId: 1, reason: 'idle' });
    send({ type: 'pool.destroyed', key, itemId: 1, reason: 'idle' });
    expect(states(of)).toEqual({ idle: 0, used: 0 });
  });

  it('a connection destroyed under its leases leaves no level behind', () => {
    const { of } = recorded(
      { type: 'pool.created', key, itemId: 1 },
      { type: 'pool.acquired', key, itemId: 1 },
      { type: 'pool.destroyed', key, itemId: 1, reason: 'lost' },
      { type: 'pool.released', key, itemId: 1 },
    );
    expect(states(of)).toEqual({ idle: 0, used: 0 });
  });

  it('callers are pending until they are served or refused; a timeout is told from the rest', () => {
    const { observe, of, times } = recorded(
      { type: 'pool.acquire', key },
      { type: 'pool.acquire', key },
      { type: 'pool.acquire', key },
    );
    expect(of('mcp_ws.pool.connection.pending_requests')).toEqual([{ ...at, value: 3 }]);
    const send = (event: SparseEvent) => observe(event);
    send({ type: 'pool.acquired', key, waitMs: 10 });
    send({ type: 'pool.acquire.failed', key, waitMs: 2_000, code: 'POOL_TIMEOUT' });
    send({ type: 'pool.acquire.failed', key, waitMs: 0, error: { name: 'PoolFullError' } });
    send({ type: 'pool.acquire.failed', key, waitMs: 0, error: 'POOL_CLOSED' });
    expect(of('mcp_ws.pool.connection.pending_requests')).toEqual([{ ...at, value: 0 }]);
    expect(of('mcp_ws.pool.connection.timeouts')).toEqual([{ ...at, value: 1 }]);
    expect(times('mcp_ws.pool.connection.wait_time')).toEqual([
      { ...at, count: 1, sum: 0.01 },
      { ...at, 'error.type': 'POOL_TIMEOUT', count: 1, sum: 2 },
      { ...at, 'error.type': 'PoolFullError', count: 1, sum: 0 },
      { ...at, 'error.type': 'POOL_CLOSED', count: 1, sum: 0 },
    ]);
  });

  it('times creation, good and bad, and counts why connections went', () => {
    const { of, times } = recorded(
      { type: 'pool.create', key },
      { type: 'pool.created', key, itemId: 1, durationMs: 100 },
      { type: 'pool.create.failed', key, durationMs: 50, error: { code: 'DIAL_FAILED' } },
      { type: 'pool.retired', key, itemId: 1, reason: 'lifetime' },
      { type: 'pool.destroyed', key, itemId: 1, reason: 'lifetime' },
      { type: 'pool.leak', key },
    );
    expect(times('mcp_ws.pool.connection.create_time')).toEqual([
      { ...at, count: 1, sum: 0.1 },
      { ...at, 'error.type': 'DIAL_FAILED', count: 1, sum: 0.05 },
    ]);
    const lifetime = { ...at, 'mcp_ws.reason': 'lifetime', value: 1 };
    expect(of('mcp_ws.pool.connection.retired')).toEqual([lifetime]);
    expect(of('mcp_ws.pool.connection.destroyed')).toEqual([lifetime]);
    expect(of('mcp_ws.pool.leaks')).toEqual([{ ...at, value: 1 }]);
  });
});

describe('retry, breaker, budget and guard', () => {
  it('counts attempts, delays and ends', () => {
    const { of, times } = recorded(
      { type: 'retry.attempt', name: A },
      { type: 'retry.scheduled', delayMs: 250, name: A },
      { type: 'retry.attempt', name: A },
      { type: 'retry.gave-up', reason: 'attempts' },
      { type: 'budget.spent' },
    );
    expect(of('mcp_ws.retry.attempts')).toEqual([{ 'mcp_ws.endpoint': A, value: 2 }]);
    expect(times('mcp_ws.retry.delay')).toEqual([{ 'mcp_ws.endpoint': A, count: 1, sum: 0.25 }]);
    expect(of('mcp_ws.retry.gave_up')).toEqual([{ 'mcp_ws.reason': 'attempts', value: 1 }]);
    expect(of('mcp_ws.budget.spent')).toEqual([{ value: 1 }]);
  });

  it('shows the state of each breaker and how often it changed', () => {
    const { of } = recorded(
      { type: 'breaker.opened', name: A },
      { type: 'breaker.half-open', name: A },
      { type: 'breaker.opened', name: A },
      { type: 'breaker.half-open', name: A },
      { type: 'breaker.opened', name: 'ws://b/' },
      { type: 'breaker.closed', name: 'ws://c/' },
    );
    expect(of('mcp_ws.breaker.state')).toEqual([
      { 'mcp_ws.endpoint': A, value: 1 },
      { 'mcp_ws.endpoint': 'ws://b', value: 2 },
      { 'mcp_ws.endpoint': 'ws://c', value: 0 },
    ]);
    expect(of('mcp_ws.breaker.transitions')).toContainEqual({
      'mcp_ws.endpoint': A,
      'mcp_ws.state': 'open',
      value: 2,
    });
  });

  it("never says a guard's host, only the decision and its reason", () => {
    const { metrics, of } = recorded(
      { type: 'guard.allowed', host: 'evil.example' } as SparseEvent,
      { type: 'guard.denied', host: 'evil.example', reason: 'private-address' } as SparseEvent,
    );
    expect(of('mcp_ws.guard.decisions')).toEqual([
      { 'mcp_ws.decision': 'allowed', value: 1 },
      { 'mcp_ws.decision': 'denied', 'mcp_ws.reason': 'private-address', value: 1 },
    ]);
    expect(JSON.stringify(metrics.snapshot())).not.toContain('evil');
  });

  it('tells what a guard denied from what it only reported, or was only asked', () => {
    const denied = { type: 'guard.denied', reason: 'port' } as const;
    const { of } = recorded(
      { ...denied, method: 'connect', reportOnly: false },
      { ...denied, method: 'connect', reportOnly: true },
      { ...denied, method: 'inspect', reportOnly: false },
      { type: 'guard.allowed', method: 'inspect' },
    );
    const one = (decision: string, method: string) => ({
      'mcp_ws.decision': decision,
      'mcp_ws.method': method,
      'mcp_ws.reason': 'port',
      value: 1,
    });
    expect(of('mcp_ws.guard.decisions')).toEqual([
      one('denied', 'connect'),
      one('reported', 'connect'),
      one('denied', 'inspect'),
      { 'mcp_ws.decision': 'allowed', 'mcp_ws.method': 'inspect', value: 1 },
    ]);
  });
});

describe('calls and sessions', () => {
  it("a tool call has the attributes of OpenTelemetry's MCP conventions", () => {
    const { times } = recorded(
      { type: 'call.start', id: 1, method: 'tools/call', tool: 'search', endpoint: URL_A },
      {
        type: 'call.end',
        id: 1,
        method: 'tools/call',
        tool: 'search',
        endpoint: URL_A,
        outcome: 'ok',
        durationMs: 1_500,
        era: 'modern',
        protocolVersion: '2026-07-28',
      },
    );
    expect(times('mcp.client.operation.duration')).toEqual([
      {
        'mcp_ws.endpoint': A,
        'mcp.method.name': 'tools/call',
        'gen_ai.tool.name': 'search',
        'gen_ai.operation.name': 'execute_tool',
        'mcp.protocol.version': '2026-07-28',
        'network.transport': 'tcp',
        'network.protocol.name': 'websocket',
        'server.address': 'api.example',
        'server.port': 443,
        count: 1,
        sum: 1.5,
      },
    ]);
  });

  it('has the buckets that the conventions ask for, and longer ones for sessions', () => {
    const { metrics } = recorded();
    const bounds = (name: string) => {
      const found = metrics.snapshot().metrics.find((one) => one.name === name);
      return found?.type === 'histogram' ? found.bounds : [];
    };
    const asked = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];
    expect(bounds('mcp.client.operation.duration')).toEqual(asked);
    expect(bounds('mcp.client.session.duration')).toEqual([
      ...asked,
      600,
      1_800,
      3_600,
      14_400,
      43_200,
      86_400,
      604_800,
    ]);
  });

  it.each([
    [{ outcome: 'ok' }, undefined, undefined],
    [{}, undefined, undefined],
    [{ outcome: 'tool_error' }, 'tool_error', undefined],
    [{ outcome: 'aborted', errorCode: 'ABORTED' }, 'aborted', undefined],
    [{ outcome: 'error', rpcCode: -32602, errorCode: 'PROTOCOL' }, '-32602', '-32602'],
    [{ outcome: 'error', errorCode: 'TIMEOUT' }, 'timeout', undefined],
    [{ outcome: 'error', errorCode: 'CONNECTION_LOST' }, 'CONNECTION_LOST', undefined],
    [{ outcome: 'error' }, '_OTHER', undefined],
    [{ outcome: 'error', errorCode: 'it says no' }, '_OTHER', undefined],
    [{ outcome: 'error', errorCode: 'ws://h/token' }, '_OTHER', undefined],
  ] as const)('a call that ends as %j has error.type %s', (end, errorType, status) => {
    const { times } = recorded({ type: 'call.end', method: 'ping', durationMs: 1, ...end });
    const [call] = times('mcp.client.operation.duration') as Record<string, unknown>[];
    expect(call?.['error.type']).toBe(errorType);
    expect(call?.['rpc.response.status_code']).toBe(status);
    expect(call).not.toHaveProperty('gen_ai.operation.name');
  });

  it('requests in flight go up and down, and never below nothing', () => {
    const { of } = recorded(
      { type: 'call.end', method: 'ping' },
      { type: 'call.start', method: 'ping' },
      { type: 'call.start', method: 'ping' },
      { type: 'call.end', method: 'ping' },
    );
    expect(of('mcp_ws.call.active')).toEqual([{ 'mcp.method.name': 'ping', value: 1 }]);
  });

  it('a subscription of hours does not drown the durations of requests', () => {
    const { times } = recorded({
      type: 'call.end',
      method: 'subscriptions/listen',
      durationMs: 7_200_000,
    });
    expect(times('mcp.client.operation.duration')).toEqual([]);
    expect(times('mcp_ws.subscription.duration')).toMatchObject([{ count: 1, sum: 7_200 }]);
  });

  it('a session counts while it is open and is timed when it ends', () => {
    const { of, times } = recorded(
      {
        type: 'session.open',
        endpoint: A,
        era: 'legacy',
        protocolVersion: '2025-11-25',
        durationMs: 40,
      },
      { type: 'session.open', endpoint: A, durationMs: 40 },
      {
        type: 'session.closed',
        endpoint: A,
        durationMs: 60_000,
        error: { code: 'CONNECTION_LOST' },
      },
      { type: 'session.violation', kind: 'unknown-id' },
    );
    expect(of('mcp_ws.session.active')).toEqual([{ 'mcp_ws.endpoint': A, value: 1 }]);
    expect(times('mcp_ws.session.negotiation.duration')).toHaveLength(2);
    expect(times('mcp.client.session.duration')).toMatchObject([
      {
        'error.type': 'CONNECTION_LOST',
        'network.transport': 'tcp',
        'network.protocol.name': 'websocket',
        sum: 60,
      },
    ]);
    expect(of('mcp_ws.session.violations')).toEqual([{ 'mcp_ws.kind': 'unknown-id', value: 1 }]);
  });

  it.each([
    ['https://h/mcp', 'tcp', 'http'],
    ['stdio:server', undefined, undefined],
    [undefined, 'tcp', 'websocket'],
  ])('over %s the transport is %s and the protocol %s', (endpoint, transport, protocol) => {
    const { times } = recorded({ type: 'call.end', method: 'ping', durationMs: 1, endpoint });
    const [call] = times('mcp.client.operation.duration') as Record<string, unknown>[];
    expect(call?.['network.transport']).toBe(transport);
    expect(call?.['network.protocol.name']).toBe(protocol);
  });
});

describe('endpoints in attributes', () => {
  const labelOf = (url: unknown) => {
    const { of } = recorded({ type: 'pool.leak', key: url } as SparseEvent);
    return (of('mcp_ws.pool.leaks')[0] as Record<string, unknown>)['mcp_ws.endpoint'];
  };

  it.each([
    ['wss://user:pass@Host.Example:8443/mcp?key=abc#frag', 'wss://host.example:8443/mcp'],
    ['ws://[::1]:80/', 'ws://[::1]'],
    ['ws://h/v1/tools-list/2026-07-28/mcp', 'ws://h/v1/tools-list/2026-07-28/mcp'],
    ['ws://h/getUserProfile', 'ws://h/getUserProfile'],
    ['ws://h/list-tools/my-long-server-name', 'ws://h/list-tools/my-long-server-name'],
    ['ws://h/us-east-1/my-server-2025-06-18', 'ws://h/us-east-1/my-server-2025-06-18'],
    ['ws://h/llama-3-70b-instruct/PRODUCTION', 'ws://h/llama-3-70b-instruct/PRODUCTION'],
    ['ws://h/oauth2/sha256/api.v1.2.3', 'ws://h/oauth2/sha256/api.v1.2.3'],
    ['wss://h/mcp/sk-ab12cd34-ef56gh78', 'wss://h/mcp/*'],
    ['wss://h/t/ghp1234-5678abcd', 'wss://h/t/*'],
    ['wss://h/ghp_abc/xoxb-abc/AKIAIOSF/sk_live', 'wss://h/*/*/*/*'],
    ['wss://h/k/abcd1234.efgh5678.ijkl9012', 'wss://h/k/*'],
    ['wss://h/1234-5678-9012-3456/ab12-cd34-ef56', 'wss://h/*/*'],
    ['wss://h/v1/ABCD-EFGH-IJKL-MNOP-QRST', 'wss://h/v1/*'],
    ['wss://h/XKCDPQRZVBNMLWQASDFG', 'wss://h/*'],
    ['wss://h/token/12345678', 'wss://h/token/*'],
    ['sk-live-abcd1234', '_OTHER'],
    ['ab12cd34ef56:secret', '_OTHER'],
    [`wss://h/${'word/'.repeat(60)}`, '_OTHER'],
    [' wss://u:p@h/mcp', 'wss://h/mcp'],
    ['  ', '_OTHER'],
    ['wss://h/s/550e8400-e29b-41d4-a716-446655440000/mcp', 'wss://h/s/*/mcp'],
    ['wss://h/s/N2Q4ZmM1YjItNGE3/mcp', 'wss://h/s/*/mcp'],
    ['wss://h/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc', 'wss://h/*'],
    ['wss://h/s/aVeRyOdDmIxEdCaSe', 'wss://h/s/*'],
    ['wss://h/a%20b', 'wss://h/*'],
    ['wss://h/mcp alice@example.com', 'wss://h/mcp'],
    ['stdio:some secret', 'stdio:'],
    ['db-1', 'db-1'],
    ['not a url: token=abc', 'not'],
    ['token=abc', '_OTHER'],
    ['sk-N2Q4ZmM1YjItNGE3', '_OTHER'],
    [{ secret: 1 }, '_OTHER'],
    [new URL('ws://u:p@h/x'), 'ws://h/x'],
    ['', undefined],
    [undefined, undefined],
  ])('%s is called %s', (url, label) => {
    expect(labelOf(url)).toBe(label);
  });

  it('a name of your own sees no secret, and what it throws or overdoes is masked', () => {
    const metrics = createMetrics();
    const seen: string[] = [];
    const observe = recordEvents(metrics, {
      endpoint(url) {
        seen.push(url.href);
        if (url.pathname === '/throws') throw new Error('no');
        return url.pathname === '/long' ? 'x'.repeat(1_000) : url.hostname;
      },
    });
    for (const path of ['mcp?token=1', 'throws', 'long']) {
      const event: SparseEvent = { type: 'pool.leak', key: `ws://h/${path}` };
      observe(event);
    }
    expect(seen).toEqual(['ws://h/mcp', 'ws://h/throws', 'ws://h/long']);
    expect(scalars(metrics, 'mcp_ws.pool.leaks').map((one) => one.attributes)).toEqual([
      { 'mcp_ws.endpoint': 'h' },
      { 'mcp_ws.endpoint': '_OTHER' },
      { 'mcp_ws.endpoint': 'x'.repeat(200) },
    ]);
  });

  it('a name of your own hides the hosts behind it, and is one series however many they are', () => {
    const metrics = createMetrics();
    const observe: (event: SparseEvent) => void = recordEvents(metrics, {
      endpoint: () => 'tenants',
    });
    for (let i = 0; i < 1_000; i++) {
      const endpoint = `wss://tenant-${i}.example:${1_000 + i}/mcp`;
      observe({ type: 'call.end', method: 'ping', endpoint, durationMs: 1 });
      observe({ type: 'call.end', method: 'ping', endpoint, durationMs: 1, outcome: 'error' });
      observe({ type: 'session.closed', endpoint, durationMs: 1 });
    }
    expect(histograms(metrics, 'mcp.client.operation.duration')).toHaveLength(2);
    expect(histograms(metrics, 'mcp.client.session.duration')).toHaveLength(1);
    expect(JSON.stringify(metrics.snapshot())).not.toMatch(/example|server\.port/);
  });

  it('are few, however many there are, and so are tools and codes', () => {
    const metrics = createMetrics();
    const observe: (event: SparseEvent) => void = recordEvents(metrics, {
      maxEndpoints: 3,
      maxNames: 5,
    });
    for (let i = 0; i < 3_000; i++) {
      observe({
        type: 'call.end',
        method: 'tools/call',
        tool: `tool-${i}`,
        endpoint: `ws://h${i}/`,
        durationMs: 1,
      });
      observe({ type: 'ws.closed', id: i, url: 'ws://h0/', code: 3_000 + i });
    }
    const values = (name: string, attribute: string) =>
      new Set(
        metrics
          .snapshot()
          .metrics.find((one) => one.name === name)
          ?.series.map(({ attributes }) => attributes[attribute]),
      );
    const operations = 'mcp.client.operation.duration';
    expect([...values(operations, 'mcp_ws.endpoint')]).toEqual([
      'ws://h0',
      'ws://h1',
      'ws://h2',
      '_OTHER',
    ]);
    expect(values(operations, 'server.address')).toEqual(new Set(['h0', 'h1', 'h2', undefined]));
    expect(values(operations, 'gen_ai.tool.name').size).toBe(6);
    expect(values('mcp_ws.connection.closed', 'mcp_ws.close.code').size).toBe(6);
  });
});

describe('tolerance', () => {
  it('every event of the table is recorded', () => {
    expectTypeOf<(typeof EVERY_EVENT)[number]['type']>().toEqualTypeOf<ConsumedEventType>();
    for (const event of EVERY_EVENT) {
      const { metrics, observe } = recorded();
      const before = JSON.stringify(metrics.snapshot());
      observe(event);
      const changed = JSON.stringify(metrics.snapshot()) !== before;
      // These two say nothing by themselves: what they lead to does.
      expect([event.type, changed]).toEqual([
        event.type,
        !['pool.create', 'ws.dial'].includes(event.type),
      ]);
    }
  });

  it('no event makes it throw, drop a measurement, or fall below nothing', () => {
    const odd = fc.oneof(
      fc.constantFrom(
        undefined,
        null,
        '',
        -1,
        Number.NaN,
        Number.POSITIVE_INFINITY,
        5n,
        Symbol('s'),
      ),
      fc.constantFrom(A, 'ws://h/ scope', 1, 2, 'ok', 'tool_error', true, false),
      fc.string(),
      fc.double(),
      fc.object({ maxDepth: 1 }),
    );
    const fields = fc.dictionary(
      fc.constantFrom(
        ...['id', 'url', 'key', 'item', 'lease', 'durationMs', 'waitMs', 'heldMs', 'bytes', 'code'],
        ...[
          'status',
          'error',
          'reason',
          'reused',
          'method',
          'tool',
          'endpoint',
          'outcome',
          'rttMs',
        ],
        ...['errorCode', 'rpcCode', 'era', 'protocolVersion', 'delayMs', 'connections', 'kind'],
      ),
      odd,
    );
    const type = fc.oneof(
      fc.constantFrom(...EVERY_EVENT.map((event) => event.type as string)),
      fc.constantFrom('unknown', 'toString', '__proto__'),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(type, fields), { maxLength: 60 }), (events) => {
        const metrics = createMetrics();
        const observe = recordEvents(metrics);
        for (const [name, given] of events) observe({ ...given, type: name });
        for (const metric of metrics.snapshot().metrics) {
          expect([metric.name, metric.dropped]).toEqual([metric.name, 0]);
          if (metric.type !== 'upDownCounter') continue;
          for (const one of metric.series) expect(one.value).toBeGreaterThanOrEqual(0);
        }
        toPrometheus(metrics);
      }),
    );
  });

  it('an event that throws when it is read harms nobody, nor does no event at all', () => {
    const { observe } = recorded();
    const hostile = {
      type: 'call.end',
      get method() {
        throw new Error('no');
      },
    };
    expect(() => observe(hostile)).not.toThrow();
    expect(() => observe(undefined as never)).not.toThrow();
  });

  it('a meter that throws when it is written to harms nobody', () => {
    const broken = () => {
      throw new Error('broken');
    };
    const observe = recordEvents({
      counter: () => ({ add: broken }),
      upDownCounter: () => ({ add: broken }),
      gauge: () => ({ record: broken }),
      histogram: () => ({ record: broken }),
    });
    for (const event of EVERY_EVENT) expect(() => observe(event)).not.toThrow();
  });

  it('two recorders may share a meter', () => {
    const metrics = createMetrics();
    for (const observe of [recordEvents(metrics), recordEvents(metrics)]) {
      observe({ type: 'budget.spent' });
    }
    expect(scalars(metrics, 'mcp_ws.budget.spent')).toEqual([{ attributes: {}, value: 2 }]);
  });

  it('refuses wrong options, and a meter that uses its names otherwise', () => {
    const bad = (options: object) => () => recordEvents(createMetrics(), options);
    expect(bad({ endpoint: 'x' })).toThrow('endpoint must be a function, got "x"');
    expect(bad({ maxEndpoints: 0 })).toThrow(
      'maxEndpoints must be a whole number of 1 or more, got 0',
    );
    expect(bad({ maxNames: 1.5 })).toThrow('maxNames must be a whole number of 1 or more, got 1.5');
    expect(bad({ max: 1 })).toThrow('recordEvents has no option max');
    expect(bad(null as never)).toThrow('options must be an object, got null');
    const metrics = createMetrics();
    metrics.gauge('mcp_ws.pool.hits');
    expect(() => recordEvents(metrics)).toThrow(ConfigError);
  });

  it('is an observer for anybody whose events have a type', () => {
    type Emitted = { type: 'pool.leak'; at: number; key: string } | { type: 'other'; at: number };
    expectTypeOf<Observer>().toExtend<(event: Emitted) => void>();
    expectTypeOf<Extract<Emitted, { type: 'pool.leak' }>>().toExtend<ConsumedEvents['pool.leak']>();
    expectTypeOf<{ key: number }>().not.toExtend<ConsumedEvents['pool.leak']>();
  });
});
