import { OTHER, Vocabulary } from './vocabulary.js';

/** Where an endpoint is. */
export interface Location {
  /** Lower-case, as in the URL. */
  readonly scheme?: string;
  readonly address?: string;
  readonly port?: number;
}

/** What may be said of an endpoint in an attribute. */
export interface Endpoint extends Location {
  /** Scheme, host, port and path, without credentials, query, or what looks like a token. */
  readonly label: string;
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { ws: 80, wss: 443, http: 80, https: 443 };
const MAX_CACHED = 1_000;
const MAX_LABEL = 200;

// How the keys of well-known services begin. Those that are long give themselves away without it.
const KEY_PREFIX = /^([spr]k|gh[a-z]|xox[a-z])[-_]|^AKIA/;
const MANY_DIGITS_OR_CAPITALS = /(\d\D*){6}|^[^a-z]*$/;
const DATE = /\d{4}-\d\d-\d\d/g;

/**
 * From an endpoint's URL, or a pool's key that begins with one, to what may be recorded of it.
 * At most `maxEndpoints` are told apart; later ones share the label `_OTHER`.
 *
 * A label has one address at most: the default name is made of it, and a name of the user's own,
 * which many places may share and which may be there to hide them, has none.
 */
export function endpointLabels(
  maxEndpoints: number,
  name?: (url: URL) => string,
): (raw: unknown) => Endpoint | undefined {
  const labels = new Vocabulary(maxEndpoints);
  const cache = new Map<string, Endpoint>();

  const read = (raw: string): Endpoint => {
    // A pool's key may go on with a scope, which can stand for a user.
    const [head = ''] = raw.trim().split(' ', 1);
    const url = parse(head);
    if (url === undefined) return { label: labels.admit(masked(head, OTHER) || OTHER) };
    const where = locate(url);
    const label = labels.admit(nameOf(url));
    return label === OTHER || name ? { label, scheme: where.scheme } : { label, ...where };
  };

  const nameOf = (url: URL): string => {
    if (name === undefined) return endpointName(url);
    try {
      return name(withoutSecrets(url)).slice(0, MAX_LABEL) || OTHER;
    } catch {
      return OTHER;
    }
  };

  return (raw) => {
    if (raw === undefined || raw === null || raw === '') return undefined;
    if (typeof raw !== 'string' && !(raw instanceof URL)) return { label: OTHER };
    const text = String(raw);
    const known = cache.get(text);
    if (known !== undefined) return known;
    // Query strings differ from dial to dial: what is cached can be found again, so start over.
    if (cache.size >= MAX_CACHED) cache.clear();
    const endpoint = read(text);
    cache.set(text, endpoint);
    return endpoint;
  };
}

/** A URL, or `undefined` where there is none. */
export function parse(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

/** Scheme, host and port of a URL; a URL without a host has only a scheme. */
export function locate(url: URL): Location {
  const scheme = url.protocol.slice(0, -1);
  if (url.hostname === '') return { scheme };
  const address = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port === '' ? DEFAULT_PORTS[scheme] : Number(url.port);
  return { scheme, address, port };
}

function withoutSecrets(url: URL): URL {
  return Object.assign(new URL(url), { username: '', password: '', search: '', hash: '' });
}

/** The default name of an endpoint: segments of its path that look like a token become `*`. */
function endpointName({ protocol, host, pathname }: URL): string {
  if (host === '') return masked(protocol, OTHER);
  const path = pathname.split('/').map((segment) => masked(segment, '*'));
  const name = `${protocol}//${host}${path.join('/')}`.replace(/\/$/, '');
  // Cut off, two places would share it.
  return name.length > MAX_LABEL ? OTHER : name;
}

/** The text, or the mask if it looks like a token: hosted MCP servers put secrets into paths. */
function masked(text: string, mask: string): string {
  return isOpaque(text) ? mask : text;
}

// Words, versions and dates pass. A run is what separators leave: a key, a UUID or a hash has one
// that is too long for a word, or is cut into groups, and then gives itself away as a whole.
function isOpaque(segment: string): boolean {
  if (!/^[\w.~:-]{0,48}$/.test(segment) || KEY_PREFIX.test(segment)) return true;
  const runs = segment.replace(DATE, '').split(/[^A-Za-z0-9]+/);
  const whole = runs.join('');
  if (whole.length > 11 && MANY_DIGITS_OR_CAPITALS.test(whole)) return true;
  return runs.some((run) => run.length > (/\d/.test(run) || isMixedCase(run) ? 7 : 20));
}

// `listTools` is a word of mixed case, `XkPqRzVbNmLw` is not: words change case rarely.
function isMixedCase(run: string): boolean {
  return (run.match(/[a-z][A-Z]/g)?.length ?? 0) > 2;
}
