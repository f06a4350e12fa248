import { type Address, IPv6, parseAddress } from './address.js';
import { show } from './errors.js';

/** What a socket would be opened to. */
export interface Place {
  /** Lower case, punycode, no brackets, no trailing dot. */
  readonly host: string;
  /** Not known to a `lookup` hook. */
  readonly port: number | undefined;
  /** What `host` is, if it is an address. */
  readonly address: Address | undefined;
}

/** A URL as the platform reads it, beside the text that it was read from. */
export interface Target extends Place {
  readonly raw: string;
  readonly url: URL;
  /** The URL that redirected here. */
  readonly from: URL | undefined;
}

/** Reads a URL as the platform will when it dials; `from` is the base of a relative one. */
export function parseTarget(given: unknown, from?: unknown): Target | undefined {
  try {
    const raw = String(given);
    const base = from === undefined ? undefined : new URL(String(from));
    const url = new URL(raw, base);
    const host = bareHost(url.hostname);
    return { raw, url, from: base, host, port: portOf(url), address: addressOf(host) };
  } catch {
    return undefined;
  }
}

/** Reads the host of a socket, by the rules for the host of a URL. */
export function parsePlace(hostname: string, port?: number): Place | undefined {
  // Whatever would be more than a host in a URL.
  if (hostname === '' || /[\\/?#@\s]/.test(hostname)) return undefined;
  const bare = hostname.replace(/^\[(.*)\]$/, '$1');
  try {
    const url = new URL(`http://${bare.includes(':') ? `[${bare}]` : bare}/`);
    const host = bareHost(url.hostname);
    return { host, port, address: addressOf(host) };
  } catch {
    return undefined;
  }
}

export const isSecure = ({ protocol }: Pick<URL, 'protocol'>): boolean =>
  protocol === 'https:' || protocol === 'wss:';

function portOf(url: URL): number {
  const { port } = url;
  return port === '' ? (isSecure(url) ? 443 : 80) : Number(port);
}

/** Without the brackets of IPv6 and the dot that ends an absolute name. */
function bareHost(hostname: string): string {
  if (hostname.endsWith(']')) return hostname.slice(1, -1);
  return hostname.endsWith('.') ? hostname.slice(0, -1) : hostname;
}

/**
 * The URL parser has made every spelling of an IPv4 address a dotted decimal, and only these end in
 * a label of digits. Throws if an IPv6 address were not understood, which must not pass for a name.
 */
function addressOf(host: string): Address | undefined {
  if (host.includes(':')) return IPv6.parse(host);
  const last = host.charCodeAt(host.length - 1);
  return last >= 48 && last <= 57 ? parseAddress(host) : undefined;
}

/** A URL for errors and events: what the decision was about, and nothing that may be secret. */
export function describeTarget(target: Target | undefined, given: unknown): string {
  if (target === undefined) return describeUnparsed(given);
  const { protocol, host } = target.url;
  // Other schemes have no structure of which one could tell what is secret.
  return /^(?:http|ws)s?:$/.test(protocol) ? `${protocol}//${host}` : `${protocol}***`;
}

/** What did not parse: what may be its scheme and host. With an `@`, credentials may be anywhere in it. */
function describeUnparsed(given: unknown): string {
  if (typeof given !== 'string' || given.includes('@')) return show(given);
  const told = /^(?:[a-z][a-z\d+.-]*:\/\/)?[\w.-]{1,63}(?=[/\\?#\s]|$)/i.exec(given);
  return `"${told ?? '***'}"`;
}

/** A socket's target for errors and events. */
export function describePlace(place: Place | undefined, given: string): string {
  if (place === undefined) return describeUnparsed(given);
  const { host, port } = place;
  return `${host.includes(':') ? `[${host}]` : host}${port === undefined ? '' : `:${port}`}`;
}
