import {
  context,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError, OPERATION_BUCKETS, recordEvents } from '../src/index.js';
import { createTracing, fromOpenTelemetry } from '../src/opentelemetry.js';
import type { Attributes, Meter } from '../src/ports.js';
import { EVERY_EVENT } from './every-event.js';
import { StackContext } from './stack-context.js';

/** Measures through the real SDK and reads what it would export. */
async function exported(measure: (meter: Meter) => void) {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const provider = new MeterProvider({ readers: [reader] });
  measure(fromOpenTelemetry(provider.getMeter('test')));
  await provider.forceFlush();
  const metrics = exporter.getMetrics().flatMap(({ scopeMetrics }) =>
    scopeMetrics.flatMap((scope) =>
      scope.metrics.map(({ descriptor: { name, description, unit }, dataPoints }) => ({
        name,
        description,
        unit,
        points: dataPoints.map(({ attributes, value }) => ({ attributes, value })),
      })),
    ),
  );
  await provider.shutdown();
  return metrics;
}

describe('fromOpenTelemetry', () => {
  it('measures with each kind of instrument', async () => {
    const metrics = await exported((meter) => {
      const about = { description: 'D.', unit: 's' };
      meter.counter('c', about).add(2, { a: 1 });
      meter.counter('c', about).add(3, { a: 1, b: undefined });
      meter.upDownCounter('u', about).add(-2);
      meter.gauge('g', about).record(7, { on: true });
      const h = meter.histogram('h', { ...about, buckets: [1, 5] });
      for (const n of [0.5, 1, 3, 9]) h.record(n);
    });
    expect(metrics).toEqual([
      { name: 'c', description: 'D.', unit: 's', points: [{ attributes: { a: 1 }, value: 5 }] },
      { name: 'u', description: 'D.', unit: 's', points: [{ attributes: {}, value: -2 }] },
      { name: 'g', description: 'D.', unit: 's', points: [{ attributes: { on: true }, value: 7 }] },
      {
        name: 'h',
        description: 'D.',
        unit: 's',
        points: [
          {
            attributes: {},
            value: {
              buckets: { boundaries: [1, 5], counts: [2, 1, 1] },
              count: 4,
              sum: 13.5,
              min: 0.5,
              max: 9,
            },
          },
        ],
      },
    ]);
  });

  it('drops and counts what cannot be measured, and never throws', async () => {
    const hostile = {
      get a(): string {
        throw new Error('no');
      },
    };
    const metrics = await exported((meter) => {
      const counter = meter.counter('c');
      for (const n of [-1, Number.NaN, Number.POSITIVE_INFINITY, '1', 1n]) counter.add(n as number);
      meter.histogram('h').record(1, hostile as Attributes);
      meter.gauge('g').record(Number.NaN);
      counter.add(1);
    });
    expect(metrics.filter(({ points }) => points.length > 0)).toMatchObject([
      { name: 'c', points: [{ value: 1 }] },
      {
        name: 'mcp_ws.metrics.dropped',
        points: [
          { attributes: { metric: 'c' }, value: 5 },
          { attributes: { metric: 'h' }, value: 1 },
          { attributes: { metric: 'g' }, value: 1 },
        ],
      },
    ]);
  });

  it.each([
    ['an object', { a: {} }],
    ['a list', { a: [1, 2] }],
    ['null', { a: null }],
    ['a number that is not finite', { a: Number.NaN }],
    ['a symbol', { a: Symbol('s') }],
    ['no name', { '': 1 }],
    ['no object to be in', 5],
  ])('drops and counts a measurement whose attribute is or has %s', async (_, attributes) => {
    const metrics = await exported((meter) => {
      meter.counter('c').add(1, attributes as unknown as Attributes);
    });
    expect(metrics.filter(({ points }) => points.length > 0)).toMatchObject([
      { name: 'mcp_ws.metrics.dropped', points: [{ attributes: { metric: 'c' }, value: 1 }] },
    ]);
  });

  it('breaks nobody when the SDK throws, not even while it counts the drop', () => {
    const broken = () => {
      throw new Error('broken');
    };
    const meter = fromOpenTelemetry({ createCounter: () => ({ add: broken }) } as never);
    expect(() => meter.counter('c').add(1)).not.toThrow();
  });

  it('refuses a name that is registered as something else', () => {
    const meter = fromOpenTelemetry(new MeterProvider().getMeter('test'));
    meter.counter('c', { description: 'One.', unit: 's' }).add(1);
    expect(() => meter.histogram('c', { unit: 's' })).toThrow(ConfigError);
    expect(() => meter.counter('c')).toThrow('c is registered with unit "s", not ""');
    meter.counter('c', { description: 'Another.', unit: 's' }).add(1);
  });

  it('asks no meter to add what is negative: it would complain each time', () => {
    const added: [string, number][] = [];
    const createCounter = (name: string) => ({ add: (n: number) => added.push([name, n]) });
    const counter = fromOpenTelemetry({ createCounter } as never).counter('c');
    for (const n of [-1, 0, 2]) counter.add(n);
    expect(added.filter(([name]) => name === 'c')).toEqual([
      ['c', 0],
      ['c', 2],
    ]);
  });

  it('refuses what OpenTelemetry would silently ignore', () => {
    const meter = fromOpenTelemetry(new MeterProvider().getMeter('test'));
    expect(() => meter.counter('9')).toThrow(ConfigError);
    expect(() => meter.histogram('h', { buckets: [2, 1] })).toThrow(ConfigError);
    expect(() => meter.gauge('g', { observe() {} } as object)).toThrow('has no option observe');
    expect(() => meter.upDownCounter('u', { unit: ' ' })).toThrow(ConfigError);
  });

  it('carries everything that recordEvents records, with the buckets of the conventions', async () => {
    const metrics = await exported((meter) => {
      const observe = recordEvents(meter);
      for (const event of EVERY_EVENT) observe(event);
    });
    const operation = metrics.find(({ name }) => name === 'mcp.client.operation.duration');
    expect(operation).toMatchObject({
      unit: 's',
      points: [
        {
          attributes: { 'mcp.method.name': 'tools/call', 'gen_ai.tool.name': 'search' },
          value: { count: 1, sum: 0.08, buckets: { boundaries: OPERATION_BUCKETS } },
        },
      ],
    });
    const undefinedOnes = metrics.flatMap(({ points }) =>
      points.flatMap(({ attributes }) => Object.values(attributes).filter((v) => v === undefined)),
    );
    expect(undefinedOnes).toEqual([]);
    expect(metrics.filter(({ points }) => points.length === 0)).toEqual([]);
  });
});

describe('createTracing', () => {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const tracer = provider.getTracer('test');

  beforeAll(() => {
    context.setGlobalContextManager(new StackContext());
  });
  afterAll(async () => {
    context.disable();
    await provider.shutdown();
  });

  const spans = () => {
    const finished = exporter.getFinishedSpans();
    exporter.reset();
    return finished;
  };

  it('a tool call is a CLIENT span named and attributed as the conventions say', () => {
    const call = createTracing({ tracer }).startCall({
      method: 'tools/call',
      tool: 'search',
      endpoint: 'wss://user:pass@API.example/mcp/s3cret?token=x',
      requestId: 7,
    });
    call.end({ outcome: 'ok', protocolVersion: '2026-07-28' });
    const [span] = spans();
    expect(span).toMatchObject({
      name: 'tools/call search',
      kind: SpanKind.CLIENT,
      status: { code: SpanStatusCode.UNSET },
    });
    expect(span?.attributes).toEqual({
      'mcp.method.name': 'tools/call',
      'gen_ai.tool.name': 'search',
      'gen_ai.operation.name': 'execute_tool',
      'mcp.protocol.version': '2026-07-28',
      'network.transport': 'tcp',
      'network.protocol.name': 'websocket',
      'server.address': 'api.example',
      'server.port': 443,
      'jsonrpc.request.id': '7',
    });
    const { traceId, spanId } = span?.spanContext() ?? {};
    expect(call.meta).toEqual({ traceparent: `00-${traceId}-${spanId}-01` });
  });

  it.each([
    [{ method: 'prompts/get', prompt: 'greet' }, 'prompts/get greet'],
    [{ method: 'tools/list' }, 'tools/list'],
    [{ method: '' }, '_OTHER'],
    [{ method: 'tools/call', tool: 'says: "my password"' }, 'tools/call _OTHER'],
  ])('%j is named %s', (call, name) => {
    createTracing({ tracer }).startCall(call).end();
    expect(spans().map((span) => span.name)).toEqual([name]);
  });

  it.each([
    [{ outcome: 'tool_error' }, { 'error.type': 'tool_error' }],
    [{ outcome: 'aborted' }, { 'error.type': 'aborted' }],
    [{ outcome: 'error', errorCode: 'TIMEOUT' }, { 'error.type': 'timeout' }],
    [
      { outcome: 'error', rpcCode: -32601 },
      { 'error.type': '-32601', 'rpc.response.status_code': '-32601' },
    ],
    [{ outcome: 'error' }, { 'error.type': '_OTHER' }],
  ] as const)('a call that ends as %j is an ERROR without a message', (end, attributes) => {
    createTracing({ tracer }).startCall({ method: 'ping' }).end(end);
    const [span] = spans();
    expect(span?.status).toEqual({ code: SpanStatusCode.ERROR });
    expect(span?.attributes).toMatchObject(attributes);
  });

  it('the span is a child of the active one, whose trace state goes on', () => {
    const traceState = {
      serialize: () => 'vendor=1',
      get: () => '',
      set: () => traceState,
      unset: () => traceState,
    };
    const parent = {
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
      traceFlags: 1,
      isRemote: true,
      traceState,
    };
    const active = trace.setSpanContext(ROOT_CONTEXT, parent);
    const call = context.with(active, () =>
      createTracing({ tracer }).startCall({ method: 'ping' }),
    );
    call.end();
    const [span] = spans();
    expect(span?.parentSpanContext?.spanId).toBe('b7ad6b7169203331');
    expect(call.meta).toEqual({
      traceparent: `00-0af7651916cd43dd8448eb211c80319c-${span?.spanContext().spanId}-01`,
      tracestate: 'vendor=1',
    });
  });

  it('sends baggage only when asked, and then only the keys that are wanted', () => {
    const entries = {
      tenant: { value: 'a b,c' },
      secret: { value: 's' },
      huge: { value: 'x'.repeat(9_000) },
    };
    const active = propagation.setBaggage(ROOT_CONTEXT, propagation.createBaggage(entries));
    const baggageOf = (baggage?: boolean | ((key: string) => boolean)) =>
      context.with(active, () => {
        const call = createTracing({ tracer, baggage }).startCall({ method: 'ping' });
        call.end();
        return call.meta.baggage;
      });
    expect(baggageOf()).toBeUndefined();
    expect(baggageOf(false)).toBeUndefined();
    expect(baggageOf(true)).toBe('tenant=a%20b%2Cc,secret=s');
    expect(baggageOf((key) => key !== 'secret')).toBe('tenant=a%20b%2Cc');
    expect(baggageOf(() => false)).toBeUndefined();
    exporter.reset();
  });

  it('a tracer that records nothing gives nothing to go on with', () => {
    const call = createTracing({ tracer: trace.getTracer('nobody') }).startCall({ method: 'ping' });
    expect(call.meta).toEqual({});
    call.end({ outcome: 'error' });
  });

  it('ends once', () => {
    const call = createTracing({ tracer }).startCall({ method: 'ping' });
    call.end();
    call.end({ outcome: 'error' });
    expect(spans().map((span) => span.status.code)).toEqual([SpanStatusCode.UNSET]);
    let ends = 0;
    const counting = {
      startSpan: () => Object.assign(tracer.startSpan('x'), { end: () => (ends += 1) }),
    };
    const counted = createTracing({ tracer: counting as never }).startCall({ method: 'ping' });
    for (let i = 0; i < 3; i++) counted.end();
    expect(ends).toBe(1);
  });

  it('ends the span whatever it is told of the end', () => {
    const tracing = createTracing({ tracer });
    const hostile = {
      get outcome(): 'ok' {
        throw new Error('no');
      },
    };
    for (const end of [null, 5, hostile]) tracing.startCall({ method: 'ping' }).end(end as object);
    expect(spans()).toHaveLength(3);
  });

  it('a tracer, a span or a filter that throws breaks no call', () => {
    const broken = () => {
      throw new Error('broken');
    };
    const untraced = createTracing({ tracer: { startSpan: broken } }).startCall({ method: 'ping' });
    expect(untraced.meta).toEqual({});
    expect(() => untraced.end()).not.toThrow();
    const failing = {
      startSpan: () => Object.assign(tracer.startSpan('x'), { setStatus: broken, end: broken }),
    };
    const call = createTracing({ tracer: failing }).startCall({ method: 'ping' });
    expect(() => call.end({ outcome: 'error' })).not.toThrow();
    const active = propagation.setBaggage(
      ROOT_CONTEXT,
      propagation.createBaggage({ a: { value: 'b' } }),
    );
    const odd = () => createTracing({ tracer, baggage: broken }).startCall({ method: 'ping' });
    expect(context.with(active, odd).meta).toHaveProperty('traceparent');
  });

  it('refuses wrong options', () => {
    const bad = (options: object) => () => createTracing(options as { tracer: typeof tracer });
    expect(bad({})).toThrow('tracer must be an OpenTelemetry tracer, got undefined');
    expect(bad({ tracer, baggage: 'all' })).toThrow(
      'baggage must be true, false or a function, got "all"',
    );
    expect(bad({ tracer, propagator: 1 })).toThrow('createTracing has no option propagator');
    expect(bad(null as never)).toThrow(ConfigError);
    expect(bad(undefined as never)).toThrow('options must be an object, got undefined');
  });
});
