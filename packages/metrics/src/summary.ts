import * as ATTRIBUTE from './attribute-names.js';
import type { HistogramRead, Readable, ScalarRead } from './snapshot.js';
import { OTHER } from './vocabulary.js';

/** What an endpoint's calls took, in seconds. */
export interface EndpointTimes {
  readonly calls: number;
  readonly success: number;
  readonly errors: number;
  readonly avg_time: number;
  readonly min_time: number;
  readonly max_time: number;
}

/** The few numbers that most people ask for first, under the names that they ask for. */
export interface Summary {
  readonly websocket_pool_hits: number;
  readonly websocket_pool_misses: number;
  /** `hits / (hits + misses)`, from 0 to 1; 0 before the first lease. */
  readonly websocket_pool_efficiency: number;
  readonly active_connections: number;
  /** UTF-8 payload bytes. */
  readonly bytes_sent: number;
  /** UTF-8 payload bytes. */
  readonly bytes_received: number;
  readonly connection_errors: number;
  readonly total_success: number;
  readonly total_errors: number;
  /** Calls that found no series of their own: neither their end nor their endpoint is known. */
  readonly overflowed_calls: number;
  readonly endpoints: Readonly<Record<string, EndpointTimes>>;
}

/** Reads from metrics that `recordEvents` fills what `Summary` names. */
export function summary(metrics: Readable): Summary {
  const read = new Map(metrics.snapshot().metrics.map((metric) => [metric.name, metric]));
  // A process may serve as well: what its own server saw is not what its client did.
  const series = (name: string): readonly (ScalarRead | HistogramRead)[] =>
    (read.get(name)?.series ?? []).filter(
      ({ attributes }) => attributes[ATTRIBUTE.role] !== 'server',
    );
  const histograms = (name: string) => series(name).filter((one) => 'sum' in one);
  const total = (name: string) => sumOf(series(name), (one) => ('value' in one ? one.value : 0));
  const bytes = (direction: string) =>
    sumOf(
      histograms('mcp_ws.message.size').filter(
        ({ attributes }) => attributes[ATTRIBUTE.direction] === direction,
      ),
      ({ sum }) => sum,
    );

  const hits = total('mcp_ws.pool.hits');
  const misses = total('mcp_ws.pool.misses');
  const calls = histograms('mcp.client.operation.duration').filter(({ count }) => count > 0);
  const overflowed = calls.filter(isOverflow);
  const endpoints = timesByEndpoint(calls.filter((one) => !isOverflow(one)));
  const times = Object.values(endpoints);
  return {
    websocket_pool_hits: hits,
    websocket_pool_misses: misses,
    websocket_pool_efficiency: hits + misses === 0 ? 0 : hits / (hits + misses),
    active_connections: total('mcp_ws.connection.active'),
    bytes_sent: bytes('transmit'),
    bytes_received: bytes('receive'),
    connection_errors: total('mcp_ws.connection.errors'),
    total_success: sumOf(times, ({ success }) => success),
    total_errors: sumOf(times, ({ errors }) => errors),
    overflowed_calls: sumOf(overflowed, ({ count }) => count),
    endpoints,
  };
}

function timesByEndpoint(series: readonly HistogramRead[]): Record<string, EndpointTimes> {
  const groups = new Map<string, HistogramRead[]>();
  for (const one of series) {
    const endpoint = String(one.attributes[ATTRIBUTE.endpoint] ?? OTHER);
    groups.set(endpoint, [...(groups.get(endpoint) ?? []), one]);
  }
  return Object.fromEntries(Array.from(groups, ([endpoint, all]) => [endpoint, timesOf(all)]));
}

function timesOf(series: readonly HistogramRead[]): EndpointTimes {
  const calls = sumOf(series, ({ count }) => count);
  const errors = sumOf(series, ({ count, attributes }) =>
    attributes[ATTRIBUTE.errorType] === undefined ? 0 : count,
  );
  return {
    calls,
    success: calls - errors,
    errors,
    avg_time: sumOf(series, ({ sum }) => sum) / calls,
    min_time: Math.min(...series.map(({ min }) => min ?? Number.POSITIVE_INFINITY)),
    max_time: Math.max(...series.map(({ max }) => max ?? Number.NEGATIVE_INFINITY)),
  };
}

function sumOf<T>(all: readonly T[], of: (one: T) => number): number {
  return all.reduce((sum, one) => sum + of(one), 0);
}

function isOverflow({ attributes }: HistogramRead): boolean {
  return attributes['otel.metric.overflow'] === true;
}
