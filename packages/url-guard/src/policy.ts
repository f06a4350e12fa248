import { type Address, contains, type Range } from './address.js';
import { compileAddressList, parseCidr } from './address-list.js';
import { ConfigError } from './errors.js';
import { compileHostList, type HostList } from './host-list.js';
import type { Scheme, UrlPolicyOptions } from './options.js';

/** The options as the rules ask them: checked, parsed, complete. */
export interface Policy {
  /** With the colon, as `URL.protocol` has it. */
  readonly schemes: ReadonlySet<string>;
  readonly ports: ReadonlySet<number> | undefined;
  readonly allowHosts: HostList | undefined;
  readonly denyHosts: HostList | undefined;
  readonly anyAddress: HostList | undefined;
  readonly denyCidrs: readonly Range[];
  readonly allowsAddress: (address: Address, port: number | undefined) => boolean;
  readonly allowLoopback: boolean;
  readonly allowPrivate: boolean;
  readonly proxy: boolean;
  readonly reportOnly: boolean;
}

const SCHEMES: readonly Scheme[] = ['http', 'https', 'ws', 'wss'];

const isArrayOf = (type: 'string' | 'number', value: unknown): boolean =>
  Array.isArray(value) && value.every((entry) => typeof entry === type);

type Rule = readonly [right: string, accepts: (value: unknown) => boolean];

const flag: Rule = ['true or false', (value) => typeof value === 'boolean'];
const texts: Rule = ['an array of strings', (value) => isArrayOf('string', value)];

/** What each option takes; entries of lists are judged where they are parsed. */
const RULES = {
  schemes: [
    `an array of ${SCHEMES.join(', ')}, without the colon`,
    (value) =>
      isArrayOf('string', value) && (value as Scheme[]).every((entry) => SCHEMES.includes(entry)),
  ],
  ports: [
    'an array of whole numbers from 0 to 65535',
    (value) =>
      isArrayOf('number', value) &&
      (value as number[]).every((port) => Number.isInteger(port) && port >= 0 && port <= 65_535),
  ],
  allowHosts: texts,
  denyHosts: texts,
  allowCidrs: texts,
  allowAddresses: texts,
  denyCidrs: texts,
  allowHostsAnyAddress: [
    'an array of strings, true or false',
    (value) => typeof value === 'boolean' || isArrayOf('string', value),
  ],
  allowLoopback: flag,
  allowPrivate: flag,
  proxy: flag,
  reportOnly: flag,
  observer: ['a function', (value) => typeof value === 'function'],
  clock: [
    'an object with now, setTimeout and clearTimeout',
    (value) =>
      typeof value === 'object' &&
      value !== null &&
      ['now', 'setTimeout', 'clearTimeout'].every(
        (method) => typeof Reflect.get(value, method) === 'function',
      ),
  ],
} satisfies { [Option in keyof Required<UrlPolicyOptions>]: Rule };

/**
 * Checks the options of a guard, those in `more` included.
 * @throws ConfigError naming the option that is unknown or wrong.
 */
export function checkOptions(options: unknown, more: Readonly<Record<string, Rule>> = {}): void {
  if (typeof options !== 'object' || options === null) {
    throw new ConfigError('options', `options must be an object, got ${show(options)}`);
  }
  const rules: Readonly<Record<string, Rule>> = { ...RULES, ...more };
  for (const [option, value] of Object.entries(options)) {
    const rule = Object.hasOwn(rules, option) ? rules[option] : undefined;
    if (rule === undefined) throw new ConfigError(option, `${option} is no option of this guard`);
    if (value !== undefined && !rule[1](value)) {
      throw new ConfigError(option, `${option} must be ${rule[0]}, got ${show(value)}`);
    }
  }
}

function show(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(show).join(', ').slice(0, 100)}]`;
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value === 'function') return 'a function';
  // An entry may be a URL by mistake, with what belongs into no message.
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.includes('@') ? '"***"' : text;
}

/** @throws ConfigError for an entry that cannot be what its list takes, naming the right spelling. */
export function compilePolicy(options: UrlPolicyOptions): Policy {
  const { allowHostsAnyAddress = false, ports } = options;
  const list = (option: 'allowHosts' | 'denyHosts') =>
    options[option] && compileHostList(option, options[option]);
  const ranges = (option: 'allowCidrs' | 'denyCidrs') =>
    (options[option] ?? []).map((entry) => parseCidr(option, entry));
  const allowHosts = list('allowHosts');
  if (allowHostsAnyAddress === true && allowHosts === undefined) {
    throw new ConfigError(
      'allowHostsAnyAddress',
      'allowHostsAnyAddress may only be true beside allowHosts, list the hosts instead',
    );
  }
  const allowCidrs = ranges('allowCidrs');
  const allowAddresses = compileAddressList('allowAddresses', options.allowAddresses ?? []);
  return {
    schemes: new Set((options.schemes ?? SCHEMES).map((scheme) => `${scheme}:`)),
    ports: ports && new Set(ports),
    allowHosts,
    denyHosts: list('denyHosts'),
    anyAddress:
      typeof allowHostsAnyAddress === 'boolean'
        ? allowHostsAnyAddress
          ? allowHosts
          : undefined
        : compileHostList('allowHostsAnyAddress', allowHostsAnyAddress),
    denyCidrs: ranges('denyCidrs'),
    allowsAddress: (address, port) =>
      allowCidrs.some((range) => contains(range, address)) || allowAddresses(address, port),
    allowLoopback: options.allowLoopback ?? false,
    allowPrivate: options.allowPrivate ?? false,
    proxy: options.proxy ?? false,
    reportOnly: options.reportOnly ?? false,
  };
}
