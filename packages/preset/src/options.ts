import {
  type CallEvent,
  type Clock,
  ConfigError,
  type Endpoint,
  type Policy,
  type Random,
  type SessionEvent,
  type SessionFactoryOptions,
  type SessionMaker,
  type Trace,
} from '@x/client';
import type { Meter } from '@x/metrics';
import type { PoolEvent, PoolLimits } from '@x/pool';
import type { RetryEvent, StrategyName } from '@x/retry';
import type { ClientTransportEvent, WebSocketClientTransportOptions } from '@x/transport-ws';
import type { GuardEvent, UrlGuardOptions } from '@x/url-guard';

/** Anything that any of the packages tells. */
export type McpEvent =
  | CallEvent
  | SessionEvent
  | PoolEvent
  | RetryEvent
  | GuardEvent
  | ClientTransportEvent;

export type Observe = (event: McpEvent) => void;

/** What the pool is told; how sessions are made is the preset's. */
export type PoolSizing = Omit<PoolLimits<Endpoint>, 'keyOf' | 'observer' | 'clock' | 'random'>;

/** What each connection is told; headers belong to endpoints, the guard to `security`. */
export type TransportSettings = Omit<
  WebSocketClientTransportOptions,
  'headers' | 'guard' | 'signal' | 'observer' | 'clock'
>;

/** Which URLs may be dialled, in detail. */
export type SecurityRules = Omit<UrlGuardOptions, 'observer' | 'clock'>;

export interface CreateMcpClientOptions {
  /**
   * The pool: its own options, but `maxConcurrency` is 64 here. `maxConnections: 0` opens a
   * connection for each call.
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
  readonly security?: 'production' | 'development' | false | SecurityRules;
  /**
   * `true` counts, for `getMetrics()` and `toPrometheus()`; a Meter, OpenTelemetry's for example,
   * receives the numbers instead.
   * @default false
   */
  readonly metrics?: boolean | Meter;
  /**
   * Each WebSocket: pings, limits, subprotocols, compression, TLS.
   * @default {}
   */
  readonly transport?: TransportSettings;
  /**
   * What speaks MCP: `auto` is `@x/session`, and the official SDK for servers of before 2026-07-28
   * and for http endpoints (loaded when one is met); `sdk` is the SDK for all; or a maker of your own.
   * @default 'auto'
   */
  readonly session?: 'auto' | 'sdk' | SessionMaker;
  /**
   * Deadline of each attempt of a call, the wait for a connection included, ms. 0: none.
   * @default 60_000
   */
  readonly timeoutMs?: number;
  /**
   * Throws a tool's `isError` result as `ToolError`.
   * @default false
   */
  readonly throwOnToolError?: boolean;
  /**
   * Believes `readOnlyHint` and `idempotentHint` when nobody knows whether a call ran.
   * @default true
   */
  readonly trustAnnotations?: boolean;
  /**
   * Lets a server of before 2026-07-28 meet one caller on several connections.
   * @default false
   */
  readonly legacyMayGrow?: boolean;
  /**
   * How the client introduces itself.
   * @default { name: '@x/preset', version: '0.0.0' }
   */
  readonly clientInfo?: SessionFactoryOptions['clientInfo'];
  /**
   * MCP client capabilities. Those that `handlers` stand for are added.
   * @default {}
   */
  readonly capabilities?: SessionFactoryOptions['capabilities'];
  /**
   * Answers to what servers ask: `elicitation/create`, `sampling/createMessage`, `roots/list`.
   * @default {}
   */
  readonly handlers?: SessionFactoryOptions['handlers'];
  /** Is told of notifications that belong to no subscription, such as log messages. */
  readonly onNotification?: SessionFactoryOptions['onNotification'];
  /** Spans for requests: `createTracing` of `@x/metrics/opentelemetry`. */
  readonly trace?: Trace;
  /** Is told everything that happens. */
  readonly observer?: Observe;
  /**
   * Where all packages take the time from.
   * @default performance.now() and the global timers
   */
  readonly clock?: Clock;
  /**
   * Where all packages take chance from.
   * @default Math.random
   */
  readonly random?: Random;
}

type Option = keyof CreateMcpClientOptions;
type Rule = readonly [expected: string, accepts: (value: unknown) => boolean];

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const oneOf =
  (...values: unknown[]) =>
  (value: unknown) =>
    values.includes(value);

const having =
  (...methods: string[]) =>
  (value: unknown) =>
    typeof value === 'object' &&
    value !== null &&
    methods.every((method) => typeof Reflect.get(value, method) === 'function');

const isFunction = (value: unknown) => typeof value === 'function';

const object: Rule = ['an object', isObject];
const callback: Rule = ['a function', isFunction];
/** What it is handed on to checks it, and names it well. */
const anything: Rule = ['anything', () => true];

const isStrategy = oneOf('simple', 'exponential', 'circuit-breaker');
const isSecurity = oneOf('production', 'development', false);
const isSession = oneOf('auto', 'sdk');

const rules: Record<Option, Rule> = {
  pool: object,
  retry: [
    '"simple", "exponential", "circuit-breaker" or a policy with execute()',
    (value) => isStrategy(value) || having('execute')(value),
  ],
  security: [
    '"production", "development", false or options of createUrlGuard',
    (value) => isSecurity(value) || isObject(value),
  ],
  metrics: [
    'true, false or a Meter',
    (value) =>
      typeof value === 'boolean' || having('counter', 'upDownCounter', 'gauge', 'histogram')(value),
  ],
  transport: object,
  session: [
    '"auto", "sdk" or a function that makes a session',
    (value) => isSession(value) || isFunction(value),
  ],
  timeoutMs: anything,
  throwOnToolError: anything,
  trustAnnotations: anything,
  legacyMayGrow: anything,
  clientInfo: anything,
  capabilities: anything,
  handlers: anything,
  onNotification: anything,
  trace: anything,
  observer: callback,
  clock: [
    'an object with now(), setTimeout() and clearTimeout()',
    having('now', 'setTimeout', 'clearTimeout'),
  ],
  random: callback,
};

const ports = { observer: 'use the option observer', clock: 'use the option clock' };

/** Options of the packages that the preset sets itself, and where to set them. */
const reserved: { readonly [name in Option]?: Readonly<Record<string, string>> } = {
  security: ports,
  transport: {
    ...ports,
    headers: 'headers belong to the endpoint: { url, headers }',
    guard: 'use the option security',
    signal: 'use the signal of the call',
  },
  pool: {
    ...ports,
    random: 'use the option random',
    create: 'use the option session',
    destroy: 'use the option session',
    validate: 'the preset knows which sessions are alive',
    watch: 'the preset knows which sessions are alive',
    mayGrow: 'use the option legacyMayGrow',
    keyOf: 'endpoints are told apart by URL and scope',
  },
};

/** @throws ConfigError that names the option */
export function checkOptions(options: CreateMcpClientOptions): void {
  if (!isObject(options)) throw new ConfigError('options', 'options must be an object');
  for (const [name, value] of Object.entries(options)) {
    if (!isOption(name)) {
      const known = Object.keys(rules).join(', ');
      throw new ConfigError(name, `unknown option "${name}"; the options are: ${known}`);
    }
    const [expected, accepts] = rules[name];
    if (value !== undefined && !accepts(value)) {
      throw new ConfigError(name, `${name} must be ${expected}, got ${show(value)}`);
    }
    for (const [option, instead] of Object.entries(reserved[name] ?? {})) {
      if (isObject(value) && option in value) {
        throw new ConfigError(`${name}.${option}`, `${name}.${option} cannot be set: ${instead}`);
      }
    }
  }
}

const isOption = (name: string): name is Option => Object.hasOwn(rules, name);

// What is in the wrong place may be a secret: of text and objects, only the kind is told.
function show(value: unknown): string {
  const plain = value === null || ['number', 'boolean'].includes(typeof value);
  return plain ? String(value) : `a value of type ${typeof value}`;
}

/**
 * Builds what an option holds the options of.
 *
 * @throws ConfigError that names the option and the option in it
 */
export function optionsOf<T>(name: Option, build: () => T): T {
  try {
    return build();
  } catch (cause) {
    const { code, option, message } = cause as Partial<ConfigError>;
    if (code !== 'CONFIG') throw cause;
    throw new ConfigError(`${name}.${option}`, `${name}: ${message}`, { cause });
  }
}
