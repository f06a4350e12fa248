import { type Address, contains, type Range } from './address.js';
import { compileAddressList, parseCidr } from './address-list.js';
import { ConfigError, show } from './errors.js';
import { compileHostList, type HostList } from './host-list.js';
import type { Scheme, UrlPolicyOptions } from './options.js';

/** The options as the rules ask them: checked, lists parsed. */
export interface Policy
  extends Pick<UrlPolicyOptions, 'allowLoopback' | 'allowPrivate' | 'proxy' | 'reportOnly'> {
  /** With the colon, as `URL.protocol` has it. */
  readonly schemes: ReadonlySet<string>;
  readonly ports: ReadonlySet<number> | undefined;
  readonly allowHosts: HostList | undefined;
  readonly denyHosts: HostList | undefined;
  readonly anyAddress: HostList | undefined;
  readonly denyCidrs: readonly Range[];
  readonly allowsAddress: (address: Address, port: number | undefined) => boolean;
}

const SCHEMES: readonly Scheme[] = ['http', 'https', 'ws', 'wss'];

/** Which values an option takes: in words, and as a test. */
export type Rule = readonly [right: string, accepts: (value: unknown) => boolean];

type Test = Rule[1];

const listOf =
  (accepts: Test): Test =>
  (value) =>
    Array.isArray(value) && value.every(accepts);

export const isWhole = (value: unknown, least: number, most: number): boolean =>
  Number.isInteger(value) && Number(value) >= least && Number(value) <= most;

const flag: Rule = ['true or false', (value) => typeof value === 'boolean'];
// Entries are judged where they are parsed.
const texts: Rule = ['an array of strings', listOf((value) => typeof value === 'string')];
export const callback: Rule = ['a function', (value) => typeof value === 'function'];

const RULES = {
  schemes: [
    `an array of ${SCHEMES}`,
    listOf((value) => SCHEMES.some((scheme) => scheme === value)),
  ],
  ports: ['an array of ports, 0 to 65535', listOf((value) => isWhole(value, 0, 65_535))],
  allowHosts: texts,
  denyHosts: texts,
  allowCidrs: texts,
  allowAddresses: texts,
  denyCidrs: texts,
  allowHostsAnyAddress: [`${texts[0]}, or true`, (value) => texts[1](value) || flag[1](value)],
  allowLoopback: flag,
  allowPrivate: flag,
  proxy: flag,
  reportOnly: flag,
  observer: callback,
  clock: [
    'an object with now, setTimeout and clearTimeout',
    (value) =>
      ['now', 'setTimeout', 'clearTimeout'].every((name) =>
        callback[1]((value as Record<string, unknown> | null)?.[name]),
      ),
  ],
} satisfies { [Option in keyof Required<UrlPolicyOptions>]: Rule };

/**
 * Checks the options of a guard, those in `more` included.
 * @throws ConfigError naming the option that is unknown or wrong.
 */
export function checkOptions(options: unknown, more: Readonly<Record<string, Rule>> = {}): void {
  if (typeof options !== 'object' || !options) {
    throw new ConfigError('options', `options must be an object, got ${show(options)}`);
  }
  const rules = new Map<string, Rule>(Object.entries({ ...RULES, ...more }));
  for (const [option, value] of Object.entries(options)) {
    const rule = rules.get(option);
    if (rule === undefined) throw new ConfigError(option, `${option} is no option of this guard`);
    if (value !== undefined && !rule[1](value)) {
      throw new ConfigError(option, `${option} must be ${rule[0]}, got ${show(value)}`);
    }
  }
}

/** @throws ConfigError for an entry that cannot be what its list takes, naming the right spelling. */
export function compilePolicy(options: UrlPolicyOptions): Policy {
  const { schemes = SCHEMES, ports, allowHosts, denyHosts, allowHostsAnyAddress: any } = options;
  if (any === true && !allowHosts) {
    throw new ConfigError(
      'allowHostsAnyAddress',
      'allowHostsAnyAddress must be an array of strings without allowHosts, got true',
    );
  }
  const hosts = (option: string, entries: readonly string[] | undefined) =>
    entries && compileHostList(option, entries);
  const ranges = (option: 'allowCidrs' | 'denyCidrs') =>
    (options[option] ?? []).map((entry) => parseCidr(option, entry));
  const allowCidrs = ranges('allowCidrs');
  const allowAddresses = compileAddressList('allowAddresses', options.allowAddresses ?? []);
  return {
    ...options,
    schemes: new Set(schemes.map((scheme) => `${scheme}:`)),
    ports: ports && new Set(ports),
    allowHosts: hosts('allowHosts', allowHosts),
    denyHosts: hosts('denyHosts', denyHosts),
    anyAddress: hosts('allowHostsAnyAddress', any === true ? allowHosts : any || undefined),
    denyCidrs: ranges('denyCidrs'),
    allowsAddress: (address, port) =>
      allowCidrs.some((range) => contains(range, address)) || allowAddresses(address, port),
  };
}
