import type { LookupFunction } from 'node:net';
import { systemClock } from './clock.js';
import { type Connect, guardedConnect } from './connect.js';
import { emitter } from './events.js';
import { type Fetch, guardedFetch } from './fetch.js';
import { examine, type Inspect, inspector, nameOf } from './inspect.js';
import { guardedLookup } from './lookup.js';
import { callback, checkOptions, isWhole, type Rule } from './option-rules.js';
import type { CheckOptions, UrlGuardOptions } from './options.js';
import { pinner } from './pin.js';
import { compilePolicy } from './policy.js';
import { systemResolve } from './resolve.js';

/** A URL that may be dialled, at these addresses and no others. */
export interface PinnedUrl {
  /** The URL as it was read, so that nobody reads it differently. */
  url: string;
  addresses: string[];
}

/** A URL that may be dialled; a name behind a proxy has no addresses that mean anything. */
export type ProxiedUrl = Omit<PinnedUrl, 'addresses'> & Partial<PinnedUrl>;

/** One policy for everything that dials. Its functions need no `this`. */
export interface UrlGuard<Checked extends ProxiedUrl = PinnedUrl> {
  /** Judges a URL by itself, without asking DNS. Never throws. */
  readonly inspect: Inspect;
  /**
   * Judges a URL and every address that its name resolves to, and gives these addresses: dial them
   * and no others.
   * @throws UnsafeUrlError if the URL is refused; the signal's reason if it aborts.
   */
  check(url: string | URL, options?: CheckOptions): Promise<Checked>;
  /**
   * A `lookup` hook for `net`, `tls`, `http`, `ws` and undici, which answers with allowed addresses
   * only. Not enough alone: sockets do not ask it about an address written in a URL, and it never
   * learns the port.
   */
  readonly lookup: LookupFunction;
  /**
   * Opens a socket to where the guard allows, and over TLS verifies the name: `createConnection` of
   * `http`, `https` and `ws`, `connect` of undici's `Agent`.
   */
  readonly connect: Connect;
  /**
   * The platform's `fetch`, guarded: every redirect is judged before it is followed, and
   * credentials stay with the origin that they were meant for. Needs the package undici.
   * @throws UnsafeUrlError if the URL or a redirect is refused.
   */
  readonly fetch: Fetch;
}

const delay: Rule = [
  'a whole number from 1 to 2147483647',
  // More is no delay that timers keep.
  (value) => isWhole(value, 1, 2 ** 31 - 1),
];

const DIALLING_RULES: Readonly<Record<string, Rule>> = {
  resolve: callback,
  dnsTimeoutMs: delay,
  connectTimeoutMs: delay,
};

/**
 * Builds a guard. Without options: http, https, ws and wss to public addresses.
 * @throws ConfigError naming the option that is unknown or wrong.
 */
export function createUrlGuard(
  options?: UrlGuardOptions & { readonly proxy?: false },
): UrlGuard<PinnedUrl>;
export function createUrlGuard(options: UrlGuardOptions): UrlGuard<ProxiedUrl>;
export function createUrlGuard(options: UrlGuardOptions = {}): UrlGuard<ProxiedUrl> {
  checkOptions(options, DIALLING_RULES);
  const {
    resolve = systemResolve,
    dnsTimeoutMs = 5_000,
    connectTimeoutMs = 10_000,
    clock = systemClock,
  } = options;
  const policy = compilePolicy(options);
  const emit = emitter(options.observer, clock);
  const pin = pinner(policy, { resolve, timeoutMs: dnsTimeoutMs, clock }, emit);
  const dialling = { policy, pin, timeoutMs: connectTimeoutMs, clock };
  return {
    inspect: inspector(policy, emit),
    async check(url, { signal, from } = {}) {
      const examined = examine(policy, url, from);
      const { target, reason } = examined;
      const shown = nameOf(examined);
      const addresses = await pin({ method: 'check', shown, place: target, reason, signal });
      const { href = '' } = target?.url ?? {};
      return policy.proxy && !target?.address ? { url: href } : { url: href, addresses };
    },
    lookup: guardedLookup(policy, pin),
    connect: guardedConnect({ ...dialling, method: 'connect' }),
    fetch: guardedFetch(policy, guardedConnect({ ...dialling, method: 'fetch' }), emit),
  };
}
