import {
  abortSignal,
  boolean,
  callback,
  checkOptions,
  durationMs,
  having,
  object,
  oneOf,
  positiveBytes,
  positiveMs,
  type Rule,
  secret,
  subprotocolList,
  withDefaults,
} from '../check.js';
import { systemClock } from '../clock.js';
import type { CloseRule } from '../close-codes.js';
import { type CompressionOptions, compressionRule } from '../compression.js';
import { ConfigError } from '../errors.js';
import type { ClientObserver } from '../events.js';
import type { Clock, UrlGuard } from '../ports.js';
import type { StandardWebSocketConstructor } from '../standard/socket.js';

/** Names and values; no name twice. */
export type HeaderRecord = Readonly<Record<string, string>>;

/** What TLS is told beyond the platform's defaults; the fields are those of `tls.connect`. */
export interface TlsOptions {
  /** Authorities to trust instead of the platform's, in PEM. */
  readonly ca?: string | Uint8Array | readonly (string | Uint8Array)[];
  /** The client's certificate chain, in PEM. */
  readonly cert?: string | Uint8Array;
  /** The key of `cert`, in PEM. */
  readonly key?: string | Uint8Array;
  /** Unlocks `key`. */
  readonly passphrase?: string;
  /** The name to ask for (SNI) and to verify. Default: the URL's host name. */
  readonly servername?: string;
  /** `false` accepts any certificate: for a laptop, never for production. Default `true`. */
  readonly rejectUnauthorized?: boolean;
}

export interface WebSocketClientTransportOptions {
  /**
   * Offered to the server, which must select one of them. `[]` offers none.
   * @default ['mcp']
   */
  readonly subprotocols?: readonly string[];
  /**
   * Dials once more without subprotocols if the server selects none. Not in browsers.
   * @default false
   */
  readonly subprotocolFallback?: boolean;
  /** Sent with the upgrade; a function is asked at each dial. Not in browsers. */
  readonly headers?: HeaderRecord | (() => HeaderRecord | Promise<HeaderRecord>);
  /** From `start()` to an open connection: guard, headers, DNS, TCP, TLS and upgrade. @default 10_000 */
  readonly handshakeTimeoutMs?: number;
  /** How often to ping; 0 never. Not in browsers, which cannot ping. @default 20_000 */
  readonly pingIntervalMs?: number;
  /**
   * How long the server may be silent after a ping, and, while something waits to be sent, how long
   * it may take none of it. Not in browsers.
   * @default 10_000
   */
  readonly pongTimeoutMs?: number;
  /** Gives the connection up when nothing came in for so long; 0 never. @default 0 */
  readonly idleTimeoutMs?: number;
  /** The largest message, both ways, in UTF-8 bytes and after inflation. @default 4_194_304 */
  readonly maxMessageBytes?: number;
  /**
   * `send` rejects what would make more than this wait to be sent. Where nothing waits, it takes any
   * message that `maxMessageBytes` allows.
   * @default 16_777_216
   */
  readonly maxBufferedBytes?: number;
  /** Offers permessage-deflate. Not in browsers, where the browser decides. @default false */
  readonly compression?: boolean | CompressionOptions;
  /** Changes the reading of close codes, 3000 to 4999 for example. */
  readonly closeCodes?: Readonly<Record<number, CloseRule>>;
  /** TLS settings for `wss:`. Not in browsers. */
  readonly tls?: TlsOptions;
  /** An `http.Agent` or `https.Agent`, a proxy's for example. Not in browsers. */
  readonly agent?: object;
  /** Decides whether the URL may be dialled, and at which addresses. */
  readonly guard?: UrlGuard;
  /** Calls the dial off. Has no effect on an open connection. */
  readonly signal?: AbortSignal;
  /** Is told what happens; see `ClientTransportEvent`. */
  readonly observer?: ClientObserver;
  /** @default the system's */
  readonly clock?: Clock;
  /** A WHATWG WebSocket class to use instead of the runtime's. It is treated as a browser's. */
  readonly WebSocket?: StandardWebSocketConstructor;
}

/** Options with their defaults; what has none may be absent. */
export type ClientSettings = Required<
  Pick<WebSocketClientTransportOptions, keyof typeof defaults>
> &
  WebSocketClientTransportOptions;

/** The defaults that the README's table states. */
export const defaults = {
  subprotocols: ['mcp'],
  subprotocolFallback: false,
  handshakeTimeoutMs: 10_000,
  pingIntervalMs: 20_000,
  pongTimeoutMs: 10_000,
  idleTimeoutMs: 0,
  maxMessageBytes: 4 * 1024 * 1024,
  maxBufferedBytes: 16 * 1024 * 1024,
  compression: false,
  clock: systemClock,
} satisfies WebSocketClientTransportOptions;

const closeCodeTable: Rule = {
  expected: 'an object of { redial: boolean, retryAfterMs? } by close code from 1000 to 4999',
  test: (value) =>
    object.test(value) &&
    Object.entries(value as object).every(
      ([code, rule]) =>
        /^[1-4]\d{3}$/.test(code) &&
        typeof rule?.redial === 'boolean' &&
        (rule.retryAfterMs === undefined || durationMs.test(rule.retryAfterMs)),
    ),
};

const rules: Record<keyof WebSocketClientTransportOptions, Rule> = {
  // A token may be among the subprotocols.
  subprotocols: secret(subprotocolList),
  subprotocolFallback: boolean,
  headers: secret(oneOf(object, callback)),
  handshakeTimeoutMs: positiveMs,
  pingIntervalMs: durationMs,
  pongTimeoutMs: positiveMs,
  idleTimeoutMs: durationMs,
  maxMessageBytes: positiveBytes,
  maxBufferedBytes: positiveBytes,
  compression: compressionRule,
  closeCodes: closeCodeTable,
  tls: secret(object),
  agent: object,
  guard: having('check'),
  signal: abortSignal,
  observer: callback,
  clock: having('now', 'setTimeout', 'clearTimeout'),
  WebSocket: callback,
};

/**
 * @param cannot - options that the environment cannot honour, and why
 * @throws ConfigError
 */
export function readOptions(
  options: WebSocketClientTransportOptions | undefined,
  cannot: Partial<Record<keyof WebSocketClientTransportOptions, string>>,
): ClientSettings {
  // Shared by all transports without options.
  if (options === undefined) return defaults;
  checkOptions(options, rules);
  for (const [option, why] of Object.entries(cannot)) {
    if (options?.[option as keyof WebSocketClientTransportOptions] !== undefined) {
      throw new ConfigError(option, `${option} cannot be honoured here: ${why}`);
    }
  }
  return withDefaults(defaults, options ?? {}) as ClientSettings;
}
