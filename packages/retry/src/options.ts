import { ConfigError } from './errors.js';

/** Which values an option takes, and how to say so. */
export interface Rule {
  readonly right: string;
  accepts(value: unknown): boolean;
}

export const rule = (right: string, accepts: (value: unknown) => boolean): Rule => ({
  right,
  accepts,
});

const isNumber = (value: unknown): value is number =>
  typeof value === 'number' && !Number.isNaN(value);

export const count = (least: number): Rule =>
  rule(
    `a whole number of ${least} or more, or Infinity`,
    (value) => isNumber(value) && value >= least && (Number.isInteger(value) || value === Infinity),
  );

export const amount = (): Rule =>
  rule('a finite number of 0 or more', (value) => Number.isFinite(value) && Number(value) >= 0);

export const duration = (): Rule =>
  rule('a number of milliseconds of 0 or more', (value) => isNumber(value) && value >= 0);

export const finite = (): Rule => rule('a finite number', Number.isFinite);

export const share = (): Rule =>
  rule('a number of 0 or more and below 1', (value) => isNumber(value) && value >= 0 && value < 1);

export const text = (): Rule => rule('a string', (value) => typeof value === 'string');

export const callback = (): Rule => rule('a function', (value) => typeof value === 'function');

export const oneOf = (...values: string[]): Rule =>
  rule(`one of ${values.map((value) => `"${value}"`).join(', ')}`, (value) =>
    values.includes(String(value)),
  );

/** An object with these methods. */
export const having = (...methods: string[]): Rule =>
  rule(
    `an object with ${methods.map((method) => `${method}()`).join(', ')}`,
    (value) =>
      typeof value === 'object' &&
      value !== null &&
      methods.every((method) => typeof Reflect.get(value, method) === 'function'),
  );

export const either = (one: Rule, other: Rule): Rule =>
  rule(`${one.right} or ${other.right}`, (value) => one.accepts(value) || other.accepts(value));

export const object = (): Rule =>
  rule('an object', (value) => typeof value === 'object' && value !== null);

export const clockRule = (): Rule => having('now', 'setTimeout', 'clearTimeout');

/** Checks one value. @throws ConfigError naming the option, its value and what would be right. */
export function check(option: string, value: unknown, { right, accepts }: Rule): void {
  if (!accepts(value)) {
    throw new ConfigError(option, `${option} must be ${right}, got ${show(value)}`);
  }
}

/**
 * Checks an options object; an option that is `undefined` has its default.
 * @throws ConfigError naming the option that is unknown or wrong.
 */
export function checkOptions(owner: string, options: unknown, rules: Record<string, Rule>): void {
  check(`${owner} options`, options, object());
  for (const [option, value] of Object.entries(options as object)) {
    if (!Object.hasOwn(rules, option)) {
      const known = Object.keys(rules).join(', ');
      throw new ConfigError(option, `${owner} has no option ${show(option)}, it has ${known}`);
    }
    if (value !== undefined) check(option, value, rules[option] as Rule);
  }
}

/** Checks that a required option is there. @throws ConfigError naming it. */
export function required(option: string, value: unknown, { right }: Rule): void {
  if (value === undefined)
    throw new ConfigError(option, `${option} must be ${right}, got undefined`);
}

function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 40));
  if (typeof value === 'object' && value !== null)
    return Array.isArray(value) ? 'an array' : 'an object';
  return typeof value === 'function' ? 'a function' : String(value);
}
