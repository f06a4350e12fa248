import { systemClock } from './clock.js';
import { ConfigError } from './errors.js';
import type { SessionEvent } from './events.js';
import { isObject, isStrings } from './json.js';
import type { Clock, Handlers, JsonObject, Notification, Observer } from './ports.js';
import { FIRST_MODERN_VERSION, isModern } from './versions.js';

/** What every session of a client has in common. */
export interface CommonOptions {
  /**
   * Versions that may be spoken, the preferred one first. Later revisions than the default may be
   * named where they are known to be compatible.
   * @default ["2026-07-28"]
   */
  readonly protocolVersions?: readonly string[];
  /**
   * Deadline of a request that names none, ms; 0 or `Infinity` for none.
   * @default 60_000
   */
  readonly timeoutMs?: number;
  /**
   * How long a server may be silent about `server/discover` before it is taken for one of the older
   * era, ms; at least 1.
   * @default 2_000
   */
  readonly probeTimeoutMs?: number;
  /**
   * How long handlers may take for what a server asks at one time, ms; 0 or `Infinity` for no limit.
   * @default 300_000
   */
  readonly handlerTimeoutMs?: number;
  /**
   * Requests and subscriptions at a time; more are refused, `delivery: "not-sent"`.
   * @default 10_000
   */
  readonly maxInFlight?: number;
  /**
   * How often a server may ask for input within one request.
   * @default 10
   */
  readonly maxInputRounds?: number;
  /** Gives the W3C trace context (`traceparent`, `tracestate`, `baggage`) for a request's `_meta`. */
  readonly traceContext?: (method: string) => JsonObject | undefined;
  /**
   * Checks what a tool returns, against its `outputSchema` for example: says what is wrong with it,
   * or nothing. Not asked about results with `isError: true`. One that throws refuses.
   */
  readonly validateOutput?: (tool: string, structuredContent: unknown) => string | undefined;
  /** Is called with the notifications that belong to no subscription, log messages for example. */
  readonly onNotification?: (notification: Notification) => void;
  readonly observer?: Observer<SessionEvent>;
  readonly clock?: Clock;
}

export interface SessionOptions extends CommonOptions {
  /** Who is calling; sent with every request. */
  readonly clientInfo: { readonly name: string; readonly version: string };
  /**
   * What the client can do; sent with every request. A server asks only for what is declared here:
   * `elicitation`, `sampling`, `roots`.
   * @default {}
   */
  readonly capabilities?: JsonObject;
  /** Answers to `elicitation/create`, `sampling/createMessage` and `roots/list`. */
  readonly handlers?: Handlers;
  /** `info.discover` of an earlier session of the same endpoint and scope: saves the round trip. */
  readonly discover?: JsonObject;
  /** Ends the attempt to make a session; not the session once it is made. */
  readonly signal?: AbortSignal;
  /** A name for events. Nothing is masked in it. */
  readonly endpoint?: string;
}

const DEFAULTS = {
  protocolVersions: [FIRST_MODERN_VERSION] as readonly string[],
  timeoutMs: 60_000,
  probeTimeoutMs: 2_000,
  handlerTimeoutMs: 300_000,
  maxInFlight: 10_000,
  maxInputRounds: 10,
  clock: systemClock as Clock,
  handlers: {} as Handlers,
  capabilities: {} as JsonObject,
};

/** The options with their defaults. */
export type Settings = SessionOptions & typeof DEFAULTS;

type Rule = readonly [right: string, accepts: (value: unknown) => boolean];

const withMembers = (type: string, ...names: string[]): Rule => [
  `an object with ${names.join(', ')}`,
  (value) => names.every((name) => typeof Object(value)[name] === type),
];

export const duration: Rule = [
  '0 or more milliseconds',
  (value) => typeof value === 'number' && value >= 0,
];
const count: Rule = [
  'a whole number above 0',
  (value) => Number.isInteger(value) && Number(value) > 0,
];
const callback: Rule = ['a function', (value) => typeof value === 'function'];
const object: Rule = ['an object', isObject];

export const COMMON = {
  protocolVersions: [
    `versions from ${FIRST_MODERN_VERSION} on`,
    (value) => isStrings(value) && value.length > 0 && value.every(isModern),
  ],
  timeoutMs: duration,
  probeTimeoutMs: ['milliseconds, at least 1', (value) => typeof value === 'number' && value >= 1],
  handlerTimeoutMs: duration,
  maxInFlight: count,
  maxInputRounds: count,
  traceContext: callback,
  validateOutput: callback,
  onNotification: callback,
  observer: callback,
  clock: withMembers('function', 'now', 'setTimeout', 'clearTimeout'),
} satisfies Readonly<Record<string, Rule>>;

const clientInfo = withMembers('string', 'name', 'version');
const OWN: Readonly<Record<string, Rule>> = {
  ...COMMON,
  clientInfo,
  capabilities: object,
  handlers: [
    'functions by method',
    (value) => isObject(value) && Object.values(value).every(callback[1]),
  ],
  discover: object,
  signal: withMembers('function', 'addEventListener'),
  endpoint: ['a string', (value) => typeof value === 'string'],
};

/** @throws ConfigError naming the option, its value and what would be right. */
export function check(option: string, value: unknown, [right, accepts]: Rule): void {
  if (accepts(value)) return;
  const got = typeof value === 'object' ? 'an object' : String(value).slice(0, 40);
  throw new ConfigError(option, `${option} must be ${right}, got ${got}`);
}

/** The options that are given, all of them right. @throws ConfigError */
export function checkAll<T extends object>(options: T, rules: Readonly<Record<string, Rule>>): T {
  check('options', options, object);
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  for (const [option, value] of given) {
    const rule = Object.hasOwn(rules, option) ? rules[option] : undefined;
    if (!rule) throw new ConfigError(option, `there is no option ${option.slice(0, 40)}`);
    check(option, value, rule);
  }
  return Object.fromEntries(given) as T;
}

/** Checks options and fills in defaults. @throws ConfigError */
export function settle(options: SessionOptions): Settings {
  const settings = { ...DEFAULTS, ...checkAll(options, OWN) };
  check('clientInfo', settings.clientInfo, clientInfo);
  return settings;
}
