import type { GuardEvent } from './events.js';
import type { Clock, Observer, Resolve } from './ports.js';

export type Scheme = 'http' | 'https' | 'ws' | 'wss';

/** Which URLs pass. Everything that a browser can go by, too. */
export interface UrlPolicyOptions {
  /**
   * Schemes that pass, without the colon.
   * @default ['http', 'https', 'ws', 'wss']
   */
  readonly schemes?: readonly Scheme[];
  /** The only ports that pass. Without it, all but those of the Fetch standard's "bad ports" and of common stores. */
  readonly ports?: readonly number[];
  /**
   * The only host names that pass: `example.com`, or `*.example.com` for everything below it. Their
   * addresses are still checked. `allowCidrs` and `allowAddresses` add to it.
   */
  readonly allowHosts?: readonly string[];
  /** Host names that never pass, whatever else allows them. Spelled as `allowHosts`. */
  readonly denyHosts?: readonly string[];
  /** Ranges that pass although they are not public: `10.0.0.0/8`, `fd12::/16`. */
  readonly allowCidrs?: readonly string[];
  /** Single addresses that pass although they are not public, with or without a port: `10.0.0.1:321`, `[fd12::1]:321`. */
  readonly allowAddresses?: readonly string[];
  /** Ranges that never pass, whatever else allows them; IPv4 also where IPv6 carries it. */
  readonly denyCidrs?: readonly string[];
  /**
   * Host names that pass whatever they resolve to, except what is denied and metadata services.
   * Spelled as `allowHosts`; `true` means all of `allowHosts`.
   */
  readonly allowHostsAnyAddress?: readonly string[] | boolean;
  /**
   * Opens 127.0.0.0/8, ::1 and `localhost`.
   * @default false
   */
  readonly allowLoopback?: boolean;
  /**
   * Opens the private ranges (RFC 1918, RFC 6598, RFC 4193) and local names such as `db.internal`
   * or `intranet`. Metadata services stay shut.
   * @default false
   */
  readonly allowPrivate?: boolean;
  /**
   * Connections go through an HTTP proxy, which resolves names itself: names pass only if
   * `allowHosts` or `allowHostsAnyAddress` lists them, and `check` gives no addresses for them.
   * @default false
   */
  readonly proxy?: boolean;
  /**
   * Reports every refusal and lets it pass, unless there is nothing to dial: what does not parse,
   * has no host (`file:///etc/passwd`) or does not resolve is still refused.
   * @default false
   */
  readonly reportOnly?: boolean;
  /** Is told of every decision. */
  readonly observer?: Observer<GuardEvent>;
  /** Where time comes from. */
  readonly clock?: Clock;
}

/** Which URLs and addresses pass. */
export interface UrlGuardOptions extends UrlPolicyOptions {
  /** Answers with every address of a name. Without it, the system's resolver does (`dns.lookup`). */
  readonly resolve?: Resolve;
  /**
   * How long the resolver may take, ms.
   * @default 5_000
   */
  readonly dnsTimeoutMs?: number;
  /**
   * How long `connect` and `fetch` may take to open a socket, DNS and TLS included, ms.
   * @default 10_000
   */
  readonly connectTimeoutMs?: number;
}

export interface InspectOptions {
  /** The URL that redirected here: the base of a relative one, and the start of a downgrade. */
  readonly from?: string | URL;
}

export interface CheckOptions extends InspectOptions {
  /** Ends the wait for the resolver: `check` rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}
