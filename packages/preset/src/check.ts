import { ConfigError } from '@x/client';
import type { CreateMcpClientOptions, ProtocolSettings } from './options.js';

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
  protocol: object,
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

/** The members of `protocol`. Whoever is told of them checks what they are. */
const protocol: Record<keyof ProtocolSettings, true> = {
  probeTimeoutMs: true,
  handlerTimeoutMs: true,
  maxInputRounds: true,
  discoveryTtlMs: true,
  legacyTtlMs: true,
  maxPages: true,
  relistenBaseMs: true,
  relistenMaxMs: true,
};

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
  checkNames(options, rules);
  for (const [name, value] of Object.entries(options) as [Option, unknown][]) {
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
  checkNames(options.protocol ?? {}, protocol, 'protocol.');
}

function checkNames(given: object, known: object, prefix = ''): void {
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(known, name)) continue;
    const unknown = prefix + name;
    const names = Object.keys(known).join(', ');
    throw new ConfigError(unknown, `unknown option "${unknown}"; the options are: ${names}`);
  }
}

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
    const { code, option = name, message } = cause as Partial<ConfigError>;
    if (code !== 'CONFIG') throw cause;
    // Who is told of `protocol` is told of other options too.
    const isOther = name === 'protocol' && !Object.hasOwn(protocol, option);
    if (isOther) throw new ConfigError(option, String(message), { cause });
    throw new ConfigError(`${name}.${option}`, `${name}: ${message}`, { cause });
  }
}
