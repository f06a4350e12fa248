import { ConfigError, type Endpoint, McpClient, type Session, sessionFactory } from '@x/client';
import { createMetrics, type Metrics, type Summary, summary } from '@x/metrics';
import { createPool, type PoolStats } from '@x/pool';
import { strategy } from '@x/retry';
import { checkOptions, optionsOf } from './check.js';
import { observerOf } from './observing.js';
import type { CreateMcpClientOptions } from './options.js';
import { guardOf } from './security.js';
import { sessionMaker } from './sessions.js';
import { dials } from './transports.js';

/** An `McpClient` with its pool, policies, guard and metrics behind it. */
export interface PresetClient extends McpClient<PoolStats> {
  /**
   * The numbers that most people ask for first.
   * @throws ConfigError unless made with `metrics: true`
   */
  getMetrics(): Summary;
  /**
   * All numbers: for `toPrometheus()` of `@x/metrics/prometheus`, or a snapshot.
   * @throws ConfigError unless made with `metrics: true`
   */
  readonly metrics: Metrics;
}

/**
 * A client for MCP servers over WebSocket (and Streamable HTTP) with production defaults: URL guard
 * on, bounded pool, retries with budget and a circuit breaker per endpoint, metrics off.
 *
 * @throws ConfigError if an option is wrong or unknown
 */
export function createMcpClient(options: CreateMcpClientOptions = {}): PresetClient {
  checkOptions(options);
  const { clock, random, retry = 'circuit-breaker', clientInfo = { name, version } } = options;
  const metrics = options.metrics === true ? createMetrics() : undefined;
  const meter = typeof options.metrics === 'object' ? options.metrics : metrics;
  const observer = observerOf(meter, options.observer);
  const guard = optionsOf('security', () => guardOf({ ...options, observer }));
  const transports = optionsOf('transport', () => dials({ ...options, guard, observer }));

  const { protocol = {} } = options;
  const { discoveryTtlMs, legacyTtlMs, maxPages, relistenBaseMs, relistenMaxMs } = protocol;
  const session = optionsOf('protocol', () => sessionMaker(options));
  const factory = optionsOf('protocol', () =>
    sessionFactory({
      session,
      transports,
      clientInfo,
      capabilities: options.capabilities,
      handlers: options.handlers,
      onNotification: options.onNotification,
      legacyMayGrow: options.legacyMayGrow,
      discoveryTtlMs,
      legacyTtlMs,
      observer,
      clock,
    }),
  );
  const { maxConcurrency = 64, ...pool } = options.pool ?? {};
  const sessions = optionsOf('pool', () =>
    createPool<Endpoint, Session>({
      ...pool,
      ...factory,
      maxConcurrency,
      observer,
      clock,
      random,
    }),
  );
  const policy =
    typeof retry === 'string' ? strategy(retry, { observer, clock, random, nameOf }) : retry;
  const client = optionsOf(
    'protocol',
    () =>
      new McpClient<PoolStats>({
        sessions,
        forget: factory.forget,
        policy,
        timeoutMs: options.timeoutMs,
        throwOnToolError: options.throwOnToolError,
        trustAnnotations: options.trustAnnotations,
        trace: options.trace,
        maxPages,
        relistenBaseMs,
        relistenMaxMs,
        observer,
        clock,
        random,
      }),
  );
  const numbers = { getMetrics: () => summary(readable(metrics)) };
  return Object.defineProperty(Object.assign(client, numbers), 'metrics', {
    get: () => readable(metrics),
  }) as PresetClient;
}

// The build puts the package's version in.
declare const __VERSION__: string | undefined;

const name = '@x/preset';
const version = typeof __VERSION__ === 'string' ? __VERSION__ : '0.0.0';

/** A breaker's name in events: the URL of the key, without what may be secret in it. */
function nameOf(key: unknown): string {
  const [href = ''] = String(key).split(' ', 1);
  const { protocol, host, pathname } = new URL(href);
  return `${protocol}//${host}${pathname}`;
}

function readable(metrics: Metrics | undefined): Metrics {
  if (metrics !== undefined) return metrics;
  throw new ConfigError('metrics', 'there are no numbers: make the client with metrics: true');
}
