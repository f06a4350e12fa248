import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { hostName, isLoopback } from './host-names.js';
import type { Refusal } from './refuse.js';

export interface GateSettings {
  readonly allowedOrigins?: readonly string[];
  readonly allowedHosts?: readonly string[];
  readonly subprotocols: readonly string[];
  readonly acceptUnknownSubprotocols: boolean;
}

/** Whether the request is for this endpoint at all. */
export function isForPath(request: IncomingMessage, path: string): boolean {
  const { url = '/' } = request;
  const query = url.indexOf('?');
  return (query === -1 ? url : url.slice(0, query)) === path;
}

/** Whether it asks for a WebSocket, and not for HTTP/2, for example. */
export const isForWebSocket = ({ headers }: IncomingMessage): boolean =>
  (headers.upgrade ?? '').split(',').some((name) => name.trim().toLowerCase() === 'websocket');

/**
 * What the upgrade request itself says against it. Browsers send cookies and reach loopback from
 * any page, so both who asks (Origin) and whom they think they ask (Host) are looked at.
 *
 * @param loopbackBind - whether only this machine can reach the server
 */
export function gate(
  request: IncomingMessage,
  settings: GateSettings,
  loopbackBind: boolean,
): Refusal | undefined {
  const { host = '', origin } = request.headers;
  if (!hostAllowed(host, settings.allowedHosts, loopbackBind)) {
    return { status: 421, reason: 'host' };
  }
  if (origin !== undefined) {
    const allowed =
      settings.allowedOrigins === undefined
        ? isOwnOrigin(origin, request, settings, loopbackBind)
        : settings.allowedOrigins.some((one) => one === '*' || one === origin.toLowerCase());
    if (!allowed) return { status: 403, reason: 'origin' };
  }
  return handshakeFault(request) ?? subprotocolFault(request, settings);
}

/** Protects a server on loopback from names that were made to point there (DNS rebinding). */
function hostAllowed(host: string, allowed: readonly string[] | undefined, loopbackBind: boolean) {
  const name = hostName(host);
  if (name === undefined) return false;
  if (loopbackBind && isLoopback(name)) return true;
  return allowed === undefined ? !loopbackBind : allowed.includes(name);
}

function isOwnOrigin(
  origin: string,
  request: IncomingMessage,
  { allowedHosts }: GateSettings,
  loopbackBind: boolean,
): boolean {
  if (loopbackBind && isOfLoopback(origin)) return true;
  const theirs = parsed(origin);
  if (theirs === undefined || !isSameOrigin(theirs, request)) return false;
  return loopbackBind || allowedHosts !== undefined || isProven(theirs);
}

/** RFC 6454, but where TLS may have ended before us, the scheme is not known. */
function isSameOrigin(theirs: URL, { headers, socket }: IncomingMessage): boolean {
  if ('encrypted' in socket && theirs.protocol !== 'https:') return false;
  // Through URL, so that a port that goes without saying may be said.
  return theirs.host !== '' && theirs.host === parsed(`${theirs.protocol}//${headers.host}`)?.host;
}

/**
 * Whether a host is what it says. Anybody can point a name of his at this server (DNS rebinding):
 * Origin and Host agree then. A certificate, or an address in the place of a name, rules that out.
 */
function isProven({ protocol, host }: URL): boolean {
  const name = hostName(host) ?? '';
  return protocol === 'https:' || isIP(name) !== 0 || isLoopback(name);
}

const isOfLoopback = (origin: string): boolean =>
  isLoopback(hostName(parsed(origin)?.host ?? '') ?? '');

/** `null`, the origin of sandboxed frames and files, is anybody's: it does not parse. */
const parsed = (url: string): URL | undefined => (URL.canParse(url) ? new URL(url) : undefined);

/** RFC 6455, section 4.2.1. Looked at here, so that nobody is authenticated in vain. */
function handshakeFault({ method, headers }: IncomingMessage): Refusal | undefined {
  if (headers['sec-websocket-version'] !== '13') {
    const version: Refusal['headers'] = [['Sec-WebSocket-Version', '13']];
    return { status: 426, reason: 'handshake', headers: version };
  }
  const key = headers['sec-websocket-key'] ?? '';
  const decent =
    method === 'GET' &&
    headers.upgrade?.toLowerCase() === 'websocket' &&
    /^[+/0-9A-Za-z]{22}==$/.test(key);
  return decent ? undefined : { status: 400, reason: 'handshake' };
}

function subprotocolFault(
  { headers }: IncomingMessage,
  { subprotocols, acceptUnknownSubprotocols }: GateSettings,
): Refusal | undefined {
  const offered = headers['sec-websocket-protocol'];
  if (offered === undefined || acceptUnknownSubprotocols) return undefined;
  // RFC 6455, section 4.1: a comma-separated list.
  const known = offered.split(',').some((name) => subprotocols.includes(name.trim()));
  return known ? undefined : { status: 400, reason: 'subprotocol' };
}
