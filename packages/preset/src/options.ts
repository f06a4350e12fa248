import type {
  CallEvent,
  Clock,
  Endpoint,
  McpClientOptions,
  Policy,
  Random,
  SessionEvent,
  SessionFactoryOptions,
  SessionMaker,
  Trace,
} from '@x/client';
import type { Meter } from '@x/metrics';
import type { PoolEvent, PoolLimits } from '@x/pool';
import type { RetryEvent, StrategyName } from '@x/retry';
import type { LeanSessionOptions } from '@x/session';
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

/** How MCP is spoken: what sessions, what is remembered of servers, and lists are told. */
export type ProtocolSettings = Pick<
  LeanSessionOptions,
  'probeTimeoutMs' | 'handlerTimeoutMs' | 'maxInputRounds'
> &
  Pick<SessionFactoryOptions, 'discoveryTtlMs' | 'legacyTtlMs'> &
  Pick<McpClientOptions, 'maxPages' | 'relistenBaseMs' | 'relistenMaxMs'>;

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
   * `true` counts, for `getMetrics()` and `metrics`; a Meter, OpenTelemetry's for example,
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
   * How MCP is spoken: how long a server may be silent about its era, handlers and rounds of input,
   * how long answers of discovery are believed, pages of lists, pauses before listening again. What
   * sessions are told reaches no maker of your own.
   * @default {}
   */
  readonly protocol?: ProtocolSettings;
  /**
   * Deadline of each attempt of a call, the wait for a connection included, ms. 0 or Infinity: none.
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
   * @default { name: '@x/preset', version: "the package's" }
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
