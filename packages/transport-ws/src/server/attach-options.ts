import {
  boolean,
  callback,
  count,
  positiveCount,
  positiveMs,
  type Rule,
  stringList,
  subprotocolList,
} from '../check.js';
import { type CompressionOptions, compressionRule } from '../compression.js';
import type { OnError } from '../report.js';
import type { Authenticate } from './auth.js';
import type { GateSettings } from './gate.js';
import { configuredName } from './host-names.js';
import { type ConnectionOptions, connectionDefaults, connectionRules } from './options.js';

export interface AttachWebSocketOptions extends ConnectionOptions {
  /** Where upgrades are taken; others are left to other listeners, or answered 404. @default '/mcp' */
  readonly path?: string;
  /**
   * Origins that browsers may come from, such as `https://app.example.com`; `*` is any. Default:
   * the server's own, and on a loopback bind any of loopback. Without `allowedHosts`, an origin of
   * plain `http:` is the server's own only by an address, because names may be rebound.
   */
  readonly allowedOrigins?: readonly string[];
  /**
   * Names that clients may know this server by, without ports. On a loopback bind, loopback names
   * always pass. Default: any, but on a loopback bind only loopback names.
   */
  readonly allowedHosts?: readonly string[];
  /** Says who is calling, or refuses. Without it, everybody may connect. */
  readonly authenticate?: Authenticate;
  /** How long `authenticate` may take. @default 10_000 */
  readonly authenticateTimeoutMs?: number;
  /** Subprotocols to select from, in the order of preference. @default ['mcp'] */
  readonly subprotocols?: readonly string[];
  /** Takes clients that offer only subprotocols that are not in the list; none is selected then. @default false */
  readonly acceptUnknownSubprotocols?: boolean;
  /** Connections in all; over it, 503. @default 10_000 */
  readonly maxConnections?: number;
  /** Connections per client: an IPv4 address, or the /64 of an IPv6 one; over it, 429. 0 is no limit. @default 0 */
  readonly maxConnectionsPerIp?: number;
  /** permessage-deflate for clients that offer it. @default false */
  readonly compression?: boolean | CompressionOptions;
  /** Is told what your functions throw, and what else goes wrong outside any one request. */
  readonly onerror?: OnError;
}

/** The defaults that the README's table states. */
export const attachDefaults = {
  ...connectionDefaults,
  path: '/mcp',
  authenticateTimeoutMs: 10_000,
  subprotocols: ['mcp'],
  acceptUnknownSubprotocols: false,
  maxConnections: 10_000,
  maxConnectionsPerIp: 0,
  compression: false,
} satisfies AttachWebSocketOptions;

export type AttachSettings = typeof attachDefaults & AttachWebSocketOptions;

const pathRule: Rule = {
  expected: 'a path as URLs carry it, with "/" before it, no query, and encoded, such as "/mcp"',
  test: (value) => typeof value === 'string' && asInUrl(value) === value,
};

const originList: Rule = {
  expected: 'an array of origins such as "https://app.example.com", or "*"',
  test: (value) =>
    Array.isArray(value) &&
    value.every((item) => item === '*' || item === 'null' || isOrigin(item)),
};

const hostList: Rule = {
  expected: 'an array of host names without scheme and port, such as "mcp.example.com"',
  test: (value) =>
    stringList.test(value) && (value as string[]).every((item) => configuredName(item)),
};

export const attachRules: Record<keyof AttachWebSocketOptions, Rule> = {
  ...connectionRules,
  path: pathRule,
  allowedOrigins: originList,
  allowedHosts: hostList,
  authenticate: callback,
  authenticateTimeoutMs: positiveMs,
  subprotocols: subprotocolList,
  acceptUnknownSubprotocols: boolean,
  maxConnections: positiveCount,
  maxConnectionsPerIp: count,
  compression: compressionRule,
  onerror: callback,
};

/** What of a path is left where a client writes it into a URL: nothing else ever arrives. */
const asInUrl = (path: string): string | undefined =>
  URL.canParse(`ws://host${path}`) ? new URL(`ws://host${path}`).pathname : undefined;

function isOrigin(value: unknown): boolean {
  if (typeof value !== 'string' || !URL.canParse(value)) return false;
  const { origin, protocol, host } = new URL(value);
  // Those of browser extensions and web views have schemes that URL knows no origin of.
  const written = origin === 'null' ? host && `${protocol}//${host}` : origin;
  return written === value.toLowerCase();
}

/** The part of the settings that upgrade requests are held against, as these spell things. */
export const gateSettingsOf = (settings: AttachSettings): GateSettings => ({
  ...settings,
  allowedOrigins: settings.allowedOrigins?.map((origin) => origin.toLowerCase()),
  allowedHosts: settings.allowedHosts?.flatMap((name) => configuredName(name) ?? []),
});
