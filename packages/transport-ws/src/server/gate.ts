import type { IncomingMessage } from 'node:http';
import { hostName, isLoopback } from './host-names.js';
import type { Refusal } from './refuse.js';

export interface GateSettings {
  readonly path: string;
  readonly allowedOrigins: readonly string[] | undefined;
  readonly allowedHosts: readonly string[] | undefined;
  readonly subprotocols: readonly string[];
  readonly acceptUnknownSubprotocols: boolean;
}

/** Whether the request is for this endpoint at all. */
export function isForPath(request: IncomingMessage, path: string): boolean {
  const { url = '/' } = request;
  const query = url.indexOf('?');
  return (query === -1 ? url : url.slice(0, query)) === path;
}

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
  if (origin !== undefined && !originAllowed(origin, host, settings.allowedOrigins, loopbackBind)) {
    return { status: 403, reason: 'origin' };
  }
  const offered = offeredSubprotocols(request);
  if (offered.length > 0 && !settings.acceptUnknownSubprotocols) {
    if (!offered.some((name) => settings.subprotocols.includes(name))) {
      return { status: 400, reason: 'subprotocol' };
    }
  }
  return undefined;
}

/** Protects a server on loopback from names that were made to point there (DNS rebinding). */
function hostAllowed(host: string, allowed: readonly string[] | undefined, loopbackBind: boolean) {
  const name = hostName(host);
  if (name === undefined) return false;
  if (loopbackBind && isLoopback(name)) return true;
  return allowed === undefined ? !loopbackBind : allowed.includes(name);
}

function originAllowed(
  origin: string,
  host: string,
  allowed: readonly string[] | undefined,
  loopbackBind: boolean,
): boolean {
  if (allowed !== undefined) return allowed.includes('*') || allowed.includes(origin.toLowerCase());
  let parsed: URL;
  try {
    parsed = new URL(origin);
  } catch {
    return false; // "null": a sandboxed frame or a file, so anybody
  }
  if (parsed.host === host.toLowerCase()) return true;
  return loopbackBind && isLoopback(parsed.hostname);
}

/** RFC 6455, section 4.1: a comma-separated list. */
export function offeredSubprotocols(request: IncomingMessage): string[] {
  const header = request.headers['sec-websocket-protocol'];
  return header === undefined ? [] : header.split(',').map((name) => name.trim());
}
