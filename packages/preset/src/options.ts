import {
  type CallEvent,
  ConfigError,
  type Endpoint,
  type Policy,
  type Session,
  type SessionEvent,
  type SessionFactoryOptions,
  type SessionMaker,
  type Trace,
} from '@x/client';
import type { Meter } from '@x/metrics';
import type { PoolEvent, PoolOptions } from '@x/pool';
import type { RetryEvent, StrategyName } from '@x/retry';
import type { SessionViolationEvent } from '@x/session';
import type { ClientTransportEvent, WebSocketClientTransportOptions } from '@x/transport-ws';
import type { GuardEvent, UrlGuardOptions } from '@x/url-guard';

/** Anything that any of the packages tells. */
export type McpEvent =
  | CallEvent
  | SessionEvent
  | SessionViolationEvent
  | PoolEvent
  | RetryEvent
  | GuardEvent
  | ClientTransportEvent;

/** What the pool of sessions is told; how sessions are made is the preset's. */
export type PoolSizing = Omit<
  PoolOptions<Endpoint, Session>,
  'create' | 'destroy' | 'validate' | 'watch' | 'mayGrow' | 'keyOf' | 'observer'
>;

/** What each connection is told; headers belong to endpoints, the guard to `security`. */
export type TransportSettings = Omit<
  WebSocketClientTransportOptions,
  'headers' | 'guard' | 'signal' | 'observer'
>;

export interface CreateMcpClientOptions {
  /**
   * The pool. `maxConcurrency` is 64 here; `maxConnections: 0` opens a connection for each call.
   * @default {}
   */
  readonly pool?: PoolSizing;
  /**
   * What to do when a call fails: `simple` (nothing), `exponential`, `circuit-breaker`, or a policy.
   * @default 'circuit-breaker'
   */
  readonly retry?: StrategyName | Policy;
  /**
   * Which URLs may be dialled: `production` (wss and https to public addresses only), `development`
   * (plain connections and loopback too), options of `createUrlGuard`, or `false` for no check.
   * @default 'production'
   */
  readonly security?: 'production' | 'development' | false | UrlGuardOptions;
  /**
   * `true` counts, for `getMetrics()` and `toPrometheus()`; a Meter, OpenTelemetry's for example,
   * receives the numbers instead.
   * @default false
   */
  readonly metrics?: boolean | Meter;
  /**
   * Each WebSocket: ping, limits, subprotocols, compression, TLS.
   * @default {}
   */
  readonly transport?: TransportSettings;
  /**
   * What speaks MCP: `auto` is `@x/session`, with the official SDK for servers of before 2026-07-28
   * (loaded when one is met); `sdk` is the SDK for all; or a maker of your own.
   * @default 'auto'
   */
  readonly session?: 'auto' | 'sdk' | SessionMaker;
  /** How the client introduces itself. @default { name: '@x/preset', version: '0.0.0' } */
  readonly clientInfo?: SessionFactoryOptions['clientInfo'];
  readonly capabilities?: SessionFactoryOptions['capabilities'];
  /** Answers to elicitation, sampling and roots. */
  readonly handlers?: SessionFactoryOptions['handlers'];
  /** Lets a server of before 2026-07-28 meet one caller on several connections. @default false */
  readonly legacyMayGrow?: boolean;
  /** Deadline of each attempt, ms. @default 60_000 */
  readonly timeoutMs?: number;
  /** Throws a tool's `isError` result as `ToolError`. @default false */
  readonly throwOnToolError?: boolean;
  /** Believes `readOnlyHint` and `idempotentHint`. @default true */
  readonly trustAnnotations?: boolean;
  /** Spans for requests: `createTracing` of `@x/metrics/opentelemetry`. */
  readonly trace?: Trace;
  /** Is told everything that happens. */
  readonly observer?: (event: McpEvent) => void;
}

type Rule = readonly [expected: string, accepts: (value: unknown) => boolean];

const isObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const has = (value: unknown, method: string): boolean =>
  isObject(value) && typeof (value as Record<string, unknown>)[method] === 'function';

const anything: Rule = ['anything', () => true];
const object: Rule = ['an object', isObject];

/** What the packages below check themselves, and name well, is only passed on. */
const rules: Record<keyof CreateMcpClientOptions, Rule> = {
  pool: object,
  retry: [
    '"simple", "exponential", "circuit-breaker" or a policy with execute()',
    (value) =>
      ['simple', 'exponential', 'circuit-breaker'].includes(value as string) ||
      has(value, 'execute'),
  ],
  security: [
    '"production", "development", false or options of createUrlGuard',
    (value) =>
      ['production', 'development', false].includes(value as string | false) || isObject(value),
  ],
  metrics: [
    'true, false or a Meter',
    (value) => typeof value === 'boolean' || has(value, 'histogram'),
  ],
  transport: object,
  session: [
    '"auto", "sdk" or a function that makes a session',
    (value) => ['auto', 'sdk'].includes(value as string) || typeof value === 'function',
  ],
  clientInfo: anything,
  capabilities: anything,
  handlers: anything,
  legacyMayGrow: anything,
  timeoutMs: anything,
  throwOnToolError: anything,
  trustAnnotations: anything,
  trace: anything,
  observer: ['a function', (value) => typeof value === 'function'],
};

/** Options of a package that the preset sets itself. */
const reserved: Partial<Record<keyof CreateMcpClientOptions, Readonly<Record<string, string>>>> = {
  transport: {
    headers: 'headers belong to the endpoint: { url, headers }',
    guard: 'use the option security',
    signal: 'use the signal of the call',
    observer: 'use the option observer',
  },
  pool: {
    create: 'the preset makes the sessions',
    destroy: 'the preset ends the sessions',
    validate: 'the preset checks the sessions',
    watch: 'the preset watches the sessions',
    mayGrow: 'use the option legacyMayGrow',
    keyOf: 'endpoints are told apart by URL and scope',
    observer: 'use the option observer',
  },
};

/** @throws ConfigError that names the option */
export function checkOptions(options: CreateMcpClientOptions): void {
  if (!isObject(options)) throw new ConfigError('options', 'options must be an object');
  for (const [name, value] of Object.entries(options)) {
    const rule = Object.hasOwn(rules, name) ? rules[name as keyof typeof rules] : undefined;
    if (rule === undefined) {
      const known = Object.keys(rules).join(', ');
      throw new ConfigError(name, `unknown option "${name}"; the options are: ${known}`);
    }
    const [expected, accepts] = rule;
    if (value !== undefined && !accepts(value)) {
      const got = typeof value === 'string' ? `"${value.slice(0, 40)}"` : typeof value;
      throw new ConfigError(name, `${name} must be ${expected}, got ${got}`);
    }
    for (const [option, instead] of Object.entries(reserved[name as keyof typeof rules] ?? {})) {
      if (Object.hasOwn(value ?? {}, option)) {
        throw new ConfigError(`${name}.${option}`, `${name}.${option} cannot be set: ${instead}`);
      }
    }
  }
}
