import { ConfigError, show } from './errors.js';
import type { Scheme, UrlPolicyOptions } from './options.js';

export const SCHEMES: readonly Scheme[] = ['http', 'https', 'ws', 'wss'];

/** Which values an option takes: in words, and as a test. */
export type Rule = readonly [right: string, accepts: (value: unknown) => boolean];

type Test = Rule[1];

// A hole in an array is no entry, and `every` alone would skip it.
const listOf =
  (accepts: Test): Test =>
  (value) =>
    Array.isArray(value) && [...value].every(accepts);

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
  // Neither an array nor a date, although both would seem to have no options.
  if (Object.prototype.toString.call(options) !== '[object Object]') {
    throw new ConfigError('options', `options must be an object, got ${show(options)}`);
  }
  const rules = new Map<string, Rule>(Object.entries({ ...RULES, ...more }));
  for (const [option, value] of Object.entries(options as object)) {
    const rule = rules.get(option);
    if (rule === undefined) {
      const known = [...rules.keys()].join(', ');
      throw new ConfigError(option, `${option} is no option of this guard; they are ${known}`);
    }
    if (value !== undefined && !rule[1](value)) {
      throw new ConfigError(option, `${option} must be ${rule[0]}, got ${show(value)}`);
    }
  }
}
