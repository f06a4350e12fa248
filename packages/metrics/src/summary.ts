import { ATTRIBUTE } from './recording.js';
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
  readonly endpoints: Readonly<Record<string, EndpointTimes>>;
}

/** Reads from metrics that `recordEvents` fills what `Summary` names. */
export function summary(metrics: Readable): Summary {
  const read = new Map(metrics.snapshot().metrics.map((metric) => [metric.name, metric]));
  const scalars = (name: string): readonly ScalarRead[] => {
    const metric = read.get(name);
    return metric === undefined || metric.type === 'histogram' ? [] : metric.series;
  };
  const histograms = (name: string): readonly HistogramRead[] => {
    const metric = read.get(name);
    return metric?.type === 'histogram' ? metric.series : [];
  };
  // A process may serve as well: what its own server saw is not what its client did.
  const total = (name: string) =>
    scalars(name).reduce(
      (sum, { attributes, value }) => (attributes[ATTRIBUTE.role] === 'server' ? sum : sum + value),
      0,
    );
  const bytes = (direction: string) =>
    histograms('mcp_ws.message.size').reduce(
      (sum, one) => (one.attributes[ATTRIBUTE.direction] === direction ? sum + one.sum : sum),
      0,
    );

  const hits = total('mcp_ws.pool.hits');
  const misses = total('mcp_ws.pool.misses');
  const endpoints = timesByEndpoint(histograms('mcp.client.operation.duration'));
  const sumOf = (field: 'success' | 'errors') =>
    Object.values(endpoints).reduce((sum, one) => sum + one[field], 0);
  return {
    websocket_pool_hits: hits,
    websocket_pool_misses: misses,
    websocket_pool_efficiency: hits + misses === 0 ? 0 : hits / (hits + misses),
    active_connections: total('mcp_ws.connection.active'),
    bytes_sent: bytes('transmit'),
    bytes_received: bytes('receive'),
    connection_errors: total('mcp_ws.connection.errors'),
    total_success: sumOf('success'),
    total_errors: sumOf('errors'),
    endpoints,
  };
}

function timesByEndpoint(series: readonly HistogramRead[]): Record<string, EndpointTimes> {
  const groups = new Map<string, HistogramRead[]>();
  for (const one of series) {
    if (one.count === 0) continue;
    const endpoint = String(one.attributes[ATTRIBUTE.endpoint] ?? OTHER);
    groups.set(endpoint, [...(groups.get(endpoint) ?? []), one]);
  }
  return Object.fromEntries(Array.from(groups, ([endpoint, all]) => [endpoint, timesOf(all)]));
}

function timesOf(series: readonly HistogramRead[]): EndpointTimes {
  const add = (sum: number, n: number) => sum + n;
  const calls = series.map(({ count }) => count).reduce(add, 0);
  const errors = series
    .filter(({ attributes }) => attributes[ATTRIBUTE.errorType] !== undefined)
    .map(({ count }) => count)
    .reduce(add, 0);
  return {
    calls,
    success: calls - errors,
    errors,
    avg_time: series.map(({ sum }) => sum).reduce(add, 0) / calls,
    min_time: Math.min(...series.map(({ min }) => min ?? Number.POSITIVE_INFINITY)),
    max_time: Math.max(...series.map(({ max }) => max ?? Number.NEGATIVE_INFINITY)),
  };
}
