import { isObject } from './check.js';
import { untilAborted } from './clock.js';
import { ConfigError, SessionError } from './errors.js';

export interface HeaderContext {
  /** Aborts when nobody waits for the connection any more. */
  readonly signal: AbortSignal;
  /** The server refused the headers of the dial before this one: a cached token is no good. */
  readonly refused: boolean;
}

/** A header's value, or what gives it. */
export type HeaderValue = string | ((context: HeaderContext) => string | Promise<string>);

type PlainHeaders = Readonly<Record<string, string>>;

/** Headers: an object of values and functions, or a function that gives them all. */
export type HeaderSource =
  | Readonly<Record<string, HeaderValue>>
  | ((context: HeaderContext) => PlainHeaders | Promise<PlainHeaders>);

/** Whether asking again may give other headers. */
export function isDynamic(source: HeaderSource | undefined): boolean {
  if (source === undefined) return false;
  return typeof source === 'function' || Object.values(source).some(isFunction);
}

const isFunction = (value: unknown) => typeof value === 'function';

/**
 * The headers of one dial.
 *
 * @throws SessionError if a function fails; ConfigError if a value is no text; the signal's reason
 */
export async function resolveHeaders(
  source: HeaderSource | undefined,
  context: HeaderContext,
): Promise<PlainHeaders | undefined> {
  if (source === undefined) return undefined;
  const ask = async () =>
    typeof source === 'function' ? source(context) : valuesOf(source, context);
  const headers = await untilAborted(ask(), context.signal).catch((cause) => {
    if (context.signal.aborted) throw cause;
    throw new SessionError('the headers could not be had', 'not-sent', { cause });
  });
  if (!isObject(headers)) throw new ConfigError('headers', 'headers must give an object');
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value !== 'string') {
      throw new ConfigError('headers', `header "${name}" must be a string, got ${typeof value}`);
    }
  }
  return headers;
}

async function valuesOf(
  source: Readonly<Record<string, HeaderValue>>,
  context: HeaderContext,
): Promise<PlainHeaders> {
  const entries = Object.entries(source).map(async ([name, value]) => [
    name,
    typeof value === 'function' ? await value(context) : value,
  ]);
  return Object.fromEntries(await Promise.all(entries));
}
