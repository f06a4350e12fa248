import { isObject } from './delivery.js';
import { ConfigError } from './errors.js';

/** Which values an option takes: in words, and as a test. */
export type Rule = readonly [right: string, accepts: (value: unknown) => boolean];

const isNumber = (value: unknown): value is number => typeof value === 'number';

export const duration: Rule = [
  'a number of milliseconds of 0 or more',
  (value) => isNumber(value) && value >= 0,
];

export const amount: Rule = [
  'a finite number of 0 or more',
  (value) => isNumber(value) && value >= 0 && value < Infinity,
];

export const finite: Rule = ['a finite number', Number.isFinite];

export const share: Rule = [
  'a number of 0 or more and below 1',
  (value) => isNumber(value) && value >= 0 && value < 1,
];

const text: Rule = ['a string', (value) => typeof value === 'string'];

export const callback: Rule = ['a function', (value) => typeof value === 'function'];

export const object: Rule = ['an object', (value) => isObject(value) && !Array.isArray(value)];

export const whole = (least: number): Rule => [
  `a whole number of ${least} or more`,
  (value) => Number.isInteger(value) && Number(value) >= least,
];

export const oneOf = (...values: unknown[]): Rule => [
  `one of "${values.join('", "')}"`,
  (value) => values.includes(value),
];

/** An object with these methods. */
export const having = (...methods: string[]): Rule => [
  `an object with ${methods.join('(), ')}()`,
  (value) => isObject(value) && methods.every((method) => typeof value[method] === 'function'),
];

export const clockRule = (): Rule => having('now', 'setTimeout', 'clearTimeout');

export const budgetRule = (): Rule => having('take', 'success', 'failure');

export const either = (one: Rule, other: Rule): Rule => [
  `${one[0]}, or ${other[0]}`,
  (value) => one[1](value) || other[1](value),
];

export const count = (least: number): Rule =>
  either(whole(least), ['Infinity', (value) => value === Infinity]);

/** The options of whatever tells an observer. */
export const observing = (): Record<string, Rule> => ({
  name: text,
  observer: callback,
  clock: clockRule(),
});

/** Checks one value. @throws ConfigError naming the option, its value and what would be right. */
export function check(option: string, value: unknown, [right, accepts]: Rule): void {
  if (!accepts(value)) {
    throw new ConfigError(option, `${option} must be ${right}, got ${show(value)}`);
  }
}

/**
 * Checks an options object; an option that is `undefined` has its default, unless it is required.
 * @throws ConfigError naming the option that is unknown, missing or wrong.
 */
export function checkOptions(
  owner: string,
  options: unknown,
  rules: Record<string, Rule>,
  ...required: string[]
): void {
  check(`${owner} options`, options, object);
  const given = options as Record<string, unknown>;
  for (const option of Object.keys({ ...rules, ...given })) {
    const rule = Object.hasOwn(rules, option) && rules[option];
    if (!rule) {
      const known = Object.keys(rules).join(', ');
      throw new ConfigError(option, `${owner} has no option ${show(option)}, it has ${known}`);
    }
    const value = given[option];
    if (value !== undefined || required.includes(option)) check(option, value, rule);
  }
}

function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 40));
  return isObject(value) ? 'an object' : typeof value === 'function' ? 'a function' : String(value);
}
