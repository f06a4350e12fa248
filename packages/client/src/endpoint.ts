import { isObject } from './check.js';
import { ConfigError } from './errors.js';
import type { HeaderSource } from './headers.js';
import { Lru } from './lru.js';

/** An MCP server, and as whom to talk to it. */
export interface EndpointObject {
  readonly url: string | URL;
  /** Sent when dialling; values, or all of them, may come from (async) functions, called at each dial. */
  readonly headers?: HeaderSource | undefined;
  /**
   * Who this is: a user or tenant id. Endpoints of one URL and scope share connections and caches,
   * others never do. With `headers` and no `scope`, the endpoint object itself is the scope.
   */
  readonly scope?: string | undefined;
}

/** Where a call goes: a URL, or a URL with headers and scope. */
export type Endpoint = string | URL | EndpointObject;

/** An endpoint, read. */
export interface Target {
  /** What was read, as it was then: whatever becomes of the caller's object, a call stays its caller's. */
  readonly endpoint: Endpoint;
  /** The URL as it was given: what the transport and its guard get to see. */
  readonly raw: string;
  /** The normalised URL. */
  readonly href: string;
  /** The security boundary: the normalised URL, and the scope after a space. */
  readonly key: string;
  /** Without the colon. */
  readonly scheme: string;
  /** For events and errors: no user information, no query. */
  readonly masked: string;
  readonly headers: HeaderSource | undefined;
}

interface ObjectTarget extends Target {
  readonly endpoint: EndpointObject;
}

const byText = new Lru<Target>(1_000);
const byObject = new WeakMap<object, ObjectTarget>();
let ownScopes = 0;

/**
 * Reads an endpoint; what was read before is remembered.
 *
 * @throws ConfigError if it is none
 */
export function resolveEndpoint(endpoint: Endpoint): Target {
  if (typeof endpoint === 'string') return ofText(endpoint);
  if (endpoint instanceof URL) return ofText(endpoint.href);
  if (!isObject(endpoint)) throw wrong('endpoint', 'a URL or an object with one');
  const known = byObject.get(endpoint);
  // An object that was changed since is another endpoint: it may stand for another user now.
  if (known !== undefined && isSame(known.endpoint, endpoint)) return known;
  const target = ofObject(endpoint);
  byObject.set(endpoint, target);
  byObject.set(target.endpoint, target);
  return target;
}

function ofText(raw: string): Target {
  const known = byText.get(raw);
  if (known !== undefined) return known;
  const target = { endpoint: raw, raw, ...normalise(raw), headers: undefined };
  byText.set(raw, target);
  return target;
}

function ofObject(endpoint: EndpointObject): ObjectTarget {
  for (const name of Object.keys(endpoint)) {
    if (!['url', 'headers', 'scope'].includes(name)) {
      throw new ConfigError(`endpoint.${name}`, `endpoint.${name} is unknown`);
    }
  }
  const { url, headers, scope } = endpoint;
  if (typeof url !== 'string' && !(url instanceof URL)) throw wrong('endpoint.url', 'a URL');
  if (headers !== undefined && !isHeaderSource(headers)) {
    throw wrong('endpoint.headers', 'a function, or an object of strings and functions');
  }
  if (scope !== undefined && typeof scope !== 'string') throw wrong('endpoint.scope', 'a string');
  const raw = String(url);
  const read = normalise(raw);
  const copy = typeof headers === 'object' ? Object.freeze({ ...headers }) : headers;
  return {
    endpoint: Object.freeze({ url: raw, headers: copy, scope }),
    raw,
    ...read,
    key: read.key + suffix(headers, scope),
    headers: copy,
  };
}

// After the `#`, everything is hidden by whoever masks URLs; an encoded scope has neither a second
// `#` nor a space, so that no scope can be forged into another one, or into an object's own.
function suffix(headers: HeaderSource | undefined, scope: string | undefined): string {
  if (scope === undefined) return headers === undefined ? '' : ` ##${++ownScopes}`;
  try {
    return ` #${encodeURIComponent(scope)}`;
  } catch (cause) {
    throw new ConfigError('endpoint.scope', 'endpoint.scope must be well-formed text', { cause });
  }
}

/** https://url.spec.whatwg.org/: lower-case host, no default port; and no fragment, no final dot. */
function normalise(raw: string): Omit<Target, 'endpoint' | 'raw' | 'headers'> {
  let url: URL;
  try {
    url = new URL(raw);
  } catch {
    throw wrong('endpoint', 'a valid absolute URL');
  }
  url.hash = '';
  // Of schemes that it does not know, the URL standard leaves the host as it is.
  const host = url.hostname.toLowerCase().replace(/\.$/, '');
  if (host !== '' && host !== url.hostname) url.hostname = host;
  const { href, protocol } = url;
  return { href, key: href, scheme: protocol.slice(0, -1), masked: mask(url) };
}

function mask({ protocol, host, pathname, username, password, search }: URL): string {
  const user = username || password ? '***@' : '';
  return `${protocol}//${user}${host}${pathname}${search ? '?***' : ''}`;
}

function isHeaderSource(value: unknown): boolean {
  if (typeof value === 'function') return true;
  if (!isObject(value) || Array.isArray(value)) return false;
  return Object.values(value).every((each) => ['string', 'function'].includes(typeof each));
}

function isSame(before: EndpointObject, now: EndpointObject): boolean {
  return (
    before === now ||
    (before.scope === now.scope &&
      before.url === (typeof now.url === 'string' ? now.url : String(now.url)) &&
      hasSameHeaders(before.headers, now.headers))
  );
}

function hasSameHeaders(before: HeaderSource | undefined, now: HeaderSource | undefined): boolean {
  if (before === now) return true;
  if (!isObject(before) || !isObject(now)) return false;
  const names = Object.keys(now);
  return (
    names.length === Object.keys(before).length &&
    names.every((name) => Object.hasOwn(before, name) && before[name] === now[name])
  );
}

const wrong = (option: string, right: string) =>
  new ConfigError(option, `${option} must be ${right}`);
