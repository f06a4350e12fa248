import { MAX_TIMER_MS } from './clock.js';
import { ConfigError } from './errors.js';

/** What an option must be: `test` says whether a value is, `expected` names it for the message. */
export interface Rule {
  readonly expected: string;
  /** Set where even a wrong value may be a secret: messages then tell its type only. */
  readonly secret?: true;
  test(value: unknown): boolean;
}

/** The rule for an option whose values must not stand in messages. */
export const secret = (rule: Rule): Rule => ({ ...rule, secret: true });

const isFiniteNumber = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value);

export const durationMs: Rule = {
  expected: `milliseconds from 0 to ${MAX_TIMER_MS}`,
  test: (value) => isFiniteNumber(value) && value >= 0 && value <= MAX_TIMER_MS,
};

export const positiveMs: Rule = {
  expected: `milliseconds from 1 to ${MAX_TIMER_MS}`,
  test: (value) => isFiniteNumber(value) && value >= 1 && value <= MAX_TIMER_MS,
};

export const positiveBytes: Rule = {
  expected: 'a whole number of bytes, 1 or more',
  test: (value) => Number.isSafeInteger(value) && (value as number) >= 1,
};

export const count: Rule = {
  expected: 'a whole number, 0 or more',
  test: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
};

export const positiveCount: Rule = {
  expected: 'a whole number, 1 or more',
  test: (value) => Number.isSafeInteger(value) && (value as number) >= 1,
};

export const port: Rule = {
  expected: 'a port from 0 (any free one) to 65535',
  test: (value) => Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 65535,
};

export const boolean: Rule = {
  expected: 'true or false',
  test: (value) => typeof value === 'boolean',
};

export const text: Rule = {
  expected: 'a string',
  test: (value) => typeof value === 'string',
};

export const callback: Rule = {
  expected: 'a function',
  test: (value) => typeof value === 'function',
};

export const object: Rule = {
  expected: 'an object',
  test: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};

export const abortSignal: Rule = {
  expected: 'an AbortSignal',
  test: (value) =>
    typeof (value as AbortSignal | undefined)?.addEventListener === 'function' &&
    typeof (value as AbortSignal).aborted === 'boolean',
};

/** An object that has all of these methods. */
export function having(...methods: string[]): Rule {
  return {
    expected: `an object with ${methods.map((method) => `${method}()`).join(', ')}`,
    test: (value) =>
      typeof value === 'object' &&
      value !== null &&
      methods.every((name) => typeof (value as Record<string, unknown>)[name] === 'function'),
  };
}

export function oneOf(...rules: Rule[]): Rule {
  return {
    expected: rules.map((rule) => rule.expected).join(' or '),
    test: (value) => rules.some((rule) => rule.test(value)),
  };
}

/** RFC 7230, section 3.2.6: what names of headers and subprotocols may be made of. */
export const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

export const subprotocolList: Rule = {
  expected: 'an array of distinct subprotocol names (RFC 7230 tokens)',
  test: (value) =>
    Array.isArray(value) &&
    value.every((name) => typeof name === 'string' && TOKEN.test(name)) &&
    new Set(value).size === value.length,
};

export const stringList: Rule = {
  expected: 'an array of strings',
  test: (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
};

/**
 * Checks options against rules; absent and `undefined` options pass.
 * @throws ConfigError naming the first option that is unknown or wrong, and what would be right.
 */
export function checkOptions(options: unknown, rules: Record<string, Rule>): void {
  if (options === undefined) return;
  if (!object.test(options)) {
    throw new ConfigError('options', `options must be an object, got ${describe(options)}`);
  }
  // What a class brings along is not enumerable: it would be ignored in silence.
  if (!isPlain(options as object)) {
    throw new ConfigError('options', 'options must be a plain object, not of a class');
  }
  for (const [name, value] of Object.entries(options as object)) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (rule === undefined) {
      const known = Object.keys(rules).join(', ');
      throw new ConfigError(name, `unknown option "${name}"; the options are: ${known}`);
    }
    if (value !== undefined && !rule.test(value)) {
      const got = rule.secret && typeof value !== 'object' ? `a ${typeof value}` : describe(value);
      throw new ConfigError(name, `${name} must be ${rule.expected}, got ${got}`);
    }
  }
}

/** Whether all that an object has is its own; objects of another realm pass, too. */
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Options over their defaults; `undefined` is the same as absent. */
export function withDefaults<D extends object, O extends object>(defaults: D, options: O): D & O {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.assign({}, defaults, Object.fromEntries(given)) as D & O;
}

/** A value for a message: short, and never the inside of an object, which may hold a secret. */
export function describe(value: unknown): string {
  if (typeof value === 'string') {
    return value.length > 60 ? `a string of ${value.length} characters` : JSON.stringify(value);
  }
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'object' && value !== null) return 'an object';
  return String(value);
}
