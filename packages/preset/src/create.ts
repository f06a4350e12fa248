import { ConfigError, type Endpoint, McpClient, type Policy, sessionFactory } from '@x/client';
import {
  createMetrics,
  type Meter,
  type Metrics,
  recordEvents,
  type Summary,
  summary,
} from '@x/metrics';
import { toPrometheus } from '@x/metrics/prometheus';
import { createPool, type PoolStats } from '@x/pool';
import { strategy } from '@x/retry';
import { type CreateMcpClientOptions, checkOptions, type McpEvent } from './options.js';
import { guardOf } from './security.js';
import { sessionMaker } from './sessions.js';
import { dials } from './transports.js';

/** Calls on one connection at a time, before another is opened. */
const MAX_CONCURRENCY = 64;

/** An `McpClient` with its pool, policies, guard and metrics behind it. */
export interface PresetClient extends McpClient<PoolStats> {
  /**
   * The numbers that most people ask for first.
   * @throws ConfigError unless made with `metrics: true`
   */
  getMetrics(): Summary;
  /**
   * All numbers as Prometheus text.
   * @throws ConfigError unless made with `metrics: true`
   */
  toPrometheus(): string;
}

/**
 * A client for MCP servers over WebSocket (and Streamable HTTP) with production defaults: URL guard
 * on, bounded pool, retries with budget and a circuit breaker per endpoint, metrics off.
 *
 * @throws ConfigError if an option is wrong or unknown
 */
export function createMcpClient(options: CreateMcpClientOptions = {}): PresetClient {
  checkOptions(options);
  const { metrics: metricsOption = false, retry = 'circuit-breaker' } = options;
  const metrics = metricsOption === true ? createMetrics() : undefined;
  const meter = metrics ?? (typeof metricsOption === 'object' ? metricsOption : undefined);
  const observer = observerOf(meter, options.observer);
  const observed = observer && { observer };
  const guard = guardOf(options.security, observer);

  const factory = sessionFactory({
    session: sessionMaker(options.session, observer),
    transports: dials({ guard, observer, settings: options.transport }),
    clientInfo: options.clientInfo ?? { name: '@x/preset', version: '0.0.0' },
    ...given(options, 'capabilities', 'handlers', 'legacyMayGrow'),
    ...observed,
  });
  const sessions = createPool<Endpoint, Awaited<ReturnType<typeof factory.create>>>({
    maxConcurrency: MAX_CONCURRENCY,
    ...options.pool,
    ...factory,
    ...observed,
  });
  const policy: Policy =
    typeof retry === 'string'
      ? endedByCallers(strategy(retry, { ...observed, nameOf: nameOfKey }))
      : retry;
  const client = new McpClient<PoolStats>({
    sessions,
    policy,
    ...given(options, 'timeoutMs', 'throwOnToolError', 'trustAnnotations', 'trace'),
    ...observed,
  });
  return Object.assign(client, {
    getMetrics: () => summary(readable(metrics)),
    toPrometheus: () => toPrometheus(readable(metrics)),
  });
}

/** Without anybody to tell, nothing is told: the packages then make no events at all. */
function observerOf(
  meter: Meter | undefined,
  listener: CreateMcpClientOptions['observer'],
): ((event: McpEvent) => void) | undefined {
  if (meter === undefined) return listener;
  const record = recordEvents(meter);
  if (listener === undefined) return record;
  return (event) => {
    record(event);
    listener(event);
  };
}

/**
 * The named strategies end no attempt themselves: without a signal of the caller's there is none to
 * listen to, and making one costs more than the rest of a policy.
 */
const endedByCallers = (policy: Policy): Policy => ({
  execute: (fn, call) => policy.execute(call?.signal ? fn : ({ attempt }) => fn({ attempt }), call),
});

/** A breaker's name in events: the URL of the key, without what may be secret in it. */
function nameOfKey(key: unknown): string {
  const [href = ''] = String(key).split(' ', 1);
  const { protocol, host, pathname } = new URL(href);
  return `${protocol}//${host}${pathname}`;
}

function readable(metrics: Metrics | undefined): Metrics {
  if (metrics !== undefined) return metrics;
  throw new ConfigError('metrics', 'there are no numbers: make the client with metrics: true');
}

/** The named options that were given. */
function given<K extends keyof CreateMcpClientOptions>(
  options: CreateMcpClientOptions,
  ...names: K[]
): Pick<CreateMcpClientOptions, K> {
  const entries = names.flatMap((name) =>
    options[name] === undefined ? [] : [[name, options[name]] as const],
  );
  return Object.fromEntries(entries) as Pick<CreateMcpClientOptions, K>;
}
