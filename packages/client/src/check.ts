import { MAX_TIMER_MS } from './clock.js';
import { ConfigError } from './errors.js';

/** Which values an option takes: in words, and as a test. */
export type Rule = readonly [right: string, accepts: (value: unknown) => boolean];

const isNumber = (value: unknown): value is number =>
  typeof value === 'number' && !Number.isNaN(value);

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

const hasMethods = (value: unknown, methods: readonly string[]) =>
  isObject(value) && methods.every((method) => typeof Reflect.get(value, method) === 'function');

/** A deadline: 0 and Infinity mean none. */
export const deadline: Rule = [
  'a number of milliseconds of 0 or more (0 or Infinity: no limit)',
  (value) => isNumber(value) && value >= 0,
];

/** A duration that a timer can keep. */
export const duration: Rule = [
  `a number of milliseconds from 0 to ${MAX_TIMER_MS}`,
  (value) => isNumber(value) && value >= 0 && value <= MAX_TIMER_MS,
];

export const count = (least: number): Rule => [
  `a whole number of ${least} or more`,
  (value) => Number.isSafeInteger(value) && (value as number) >= least,
];

export const flag: Rule = ['true or false', (value) => typeof value === 'boolean'];

export const text: Rule = ['a string', (value) => typeof value === 'string'];

export const callback: Rule = ['a function', (value) => typeof value === 'function'];

export const object: Rule = ['a plain object', (value) => isObject(value) && !Array.isArray(value)];

export const signal: Rule = [
  'an AbortSignal',
  (value) => hasMethods(value, ['addEventListener', 'removeEventListener']),
];

/** An object with these methods. */
export const having = (...methods: string[]): Rule => [
  `an object with ${methods.map((method) => `${method}()`).join(', ')}`,
  (value) => hasMethods(value, methods),
];

/** An object whose values are all functions. */
export const functions: Rule = [
  'an object of functions',
  (value) => isObject(value) && Object.values(value).every((entry) => typeof entry === 'function'),
];

export const clockRule = having('now', 'setTimeout', 'clearTimeout');

/** Throws unless `value` keeps `rule`. */
export function check(name: string, value: unknown, [right, accepts]: Rule): void {
  if (accepts(value)) return;
  // What is in the wrong place may be a secret: of text and objects, only the kind is told.
  const plain = value === null || ['number', 'boolean', 'undefined'].includes(typeof value);
  const got = plain ? String(value) : `a value of type ${typeof value}`;
  throw new ConfigError(name, `${name} must be ${right}, got ${got}`);
}

/** Throws unless `options` is an object of known options, each `undefined` or within its rule. */
export function checkOptions(
  what: string,
  options: unknown,
  rules: Readonly<Record<string, Rule>>,
): void {
  check('options', options, object);
  for (const [name, value] of Object.entries(options as object)) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (rule === undefined) throw new ConfigError(name, `${name} is no option of ${what}`);
    if (value !== undefined) check(name, value, rule);
  }
}

/** {@link checkOptions}, and these options must be there. */
export function checkRequired(options: object, rules: Readonly<Record<string, Rule>>): void {
  for (const [name, rule] of Object.entries(rules)) check(name, Reflect.get(options, name), rule);
}
