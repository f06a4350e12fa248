import { type Address, parseAddress } from './address.js';

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
export function parseTarget(raw: string, from?: string | URL): Target | undefined {
  let url: URL;
  let base: URL | undefined;
  try {
    base = from === undefined ? undefined : new URL(from);
    url = new URL(raw, base);
  } catch {
    return undefined;
  }
  const { hostname, port, protocol } = url;
  const secure = protocol === 'https:' || protocol === 'wss:';
  return {
    raw,
    url,
    from: base,
    port: port === '' ? (secure ? 443 : 80) : Number(port),
    ...parseHostname(hostname),
  };
}

/** Reads the host of a socket, by the rules for the host of a URL. */
export function parsePlace(hostname: string, port?: number): Place | undefined {
  // Whatever would be more than a host in a URL.
  if (hostname === '' || /[\\/?#@\s]/.test(hostname)) return undefined;
  const bare = hostname.replace(/^\[(.*)\]$/, '$1');
  try {
    const url = new URL(`http://${bare.includes(':') ? `[${bare}]` : bare}/`);
    return { port, ...parseHostname(url.hostname) };
  } catch {
    return undefined;
  }
}

// The URL parser has made every spelling of an IPv4 address a dotted decimal.
function parseHostname(hostname: string): { host: string; address: Address | undefined } {
  const last = hostname.charCodeAt(hostname.length - 1);
  if (last === 93 /* ] */) {
    const host = hostname.slice(1, -1);
    return { host, address: parseAddress(host) };
  }
  if (last === 46 /* . */) return { host: hostname.slice(0, -1), address: undefined };
  const isDigit = last >= 48 && last <= 57;
  return { host: hostname, address: isDigit ? parseAddress(hostname) : undefined };
}

/** A URL for errors and events: what the decision was about, and nothing that may be secret. */
export function describeTarget({ url }: Target): string {
  // Other schemes have no structure of which one could tell what is secret.
  return url.host === '' || !/^(?:http|ws)s?:$/.test(url.protocol)
    ? `${url.protocol}***`
    : `${url.protocol}//${url.host}`;
}

/** What did not parse, shown only as far as it cannot hold credentials. */
export function describeUnparsed(raw: string): string {
  const [visible = ''] = raw.split(/[?#]/, 1);
  return raw.includes('@') ? '"***"' : JSON.stringify(visible.slice(0, 100));
}

export const describePlace = ({ host, port }: Place): string =>
  `${host.includes(':') ? `[${host}]` : host}${port === undefined ? '' : `:${port}`}`;
