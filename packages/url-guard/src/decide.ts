import { type Address, addressSpace, contains, embeddedIPv4, isMapped } from './address.js';
import { BAD_PORTS } from './bad-ports.js';
import { isMetadata } from './metadata.js';
import type { Policy } from './policy.js';
import type { UnsafeUrlReason } from './reasons.js';
import { isLoopbackName, isReservedName } from './reserved-names.js';
import { isSecure, type Place, type Target } from './target.js';

type Verdict = UnsafeUrlReason | undefined;

// What URL parsers disagree about: the platform's drops some of these and turns others into slashes.
const AMBIGUOUS = /[\\\p{Cc}]/u;

/** Everything that can be told from a URL alone, in the order of the reasons. */
export function decideUrl(policy: Policy, target: Target): Verdict {
  const { raw, url } = target;
  if (!policy.schemes.has(url.protocol)) return 'scheme';
  if (hasCredentials(target)) return 'credentials';
  if (AMBIGUOUS.test(raw)) return 'characters';
  return (
    decidePort(policy, target) ??
    decideLabels(target) ??
    decideFragment(target) ??
    decideDowngrade(target) ??
    decideHost(policy, target)
  );
}

/** Everything that can be told of a socket's target without asking DNS; `secure` is whether TLS follows. */
export function decidePlace(policy: Policy, place: Place, secure?: boolean): Verdict {
  return (
    decideSecurity(policy, secure) ??
    decidePort(policy, place) ??
    decideLabels(place) ??
    decideHost(policy, place)
  );
}

/** A socket has no scheme, but TLS or none, and so has each scheme. */
const decideSecurity = ({ schemes }: Policy, secure: boolean | undefined): Verdict =>
  secure === undefined || [...schemes].some((protocol) => isSecure({ protocol }) === secure)
    ? undefined
    : 'scheme';

/** Every address of an answer must be good: which one a socket takes is not ours to say. */
export function decideAnswer(
  policy: Policy,
  { host, port }: Place,
  addresses: readonly Address[],
): { reason: Verdict; address?: Address } {
  if (addresses.length === 0) return { reason: 'unresolvable' };
  const standing = policy.anyAddress?.(host) ? 'any-address' : 'name';
  const verdicts = addresses.map((address) => ({
    address,
    reason: decideAddress(policy, address, port, standing),
  }));
  const bad = verdicts.filter(({ reason }) => reason !== undefined);
  const worst =
    bad.find(({ reason }) => reason === 'denied') ??
    bad.find(({ reason }) => reason === 'metadata') ??
    bad[0];
  if (worst === undefined) return { reason: undefined };
  const final = worst.reason === 'denied' || worst.reason === 'metadata';
  const mixed = !final && bad.length < verdicts.length;
  return { reason: mixed ? 'mixed-answer' : worst.reason, address: worst.address };
}

// A relative URL inherits credentials that its own text does not show. And `http://:@host/` has
// none left once it is parsed, but other parsers disagree.
const hasCredentials = ({ raw, url }: Target): boolean =>
  url.username !== '' ||
  url.password !== '' ||
  (raw.includes('@') && /^\s*(?:[a-z][a-z\d+.-]*:[\\/]*|[\\/]{2,})[^\\/?#]*@/i.test(raw));

const decidePort = ({ ports }: Policy, { port }: Place): Verdict =>
  port === undefined || (ports ? ports.has(port) : !BAD_PORTS.has(port)) ? undefined : 'port';

const decideLabels = ({ host }: Place): Verdict =>
  /^$|^\.|\.\.|\.$/.test(host) ? 'empty-label' : undefined;

// RFC 6455 section 3. An empty fragment leaves no trace but its mark.
const decideFragment = ({ url }: Target): Verdict =>
  url.protocol.startsWith('ws') && url.href.includes('#') ? 'fragment' : undefined;

const decideDowngrade = ({ url, from }: Target): Verdict =>
  from !== undefined && isSecure(from) && !isSecure(url) ? 'downgrade' : undefined;

function decideHost(policy: Policy, { host, port, address }: Place): Verdict {
  return address === undefined
    ? decideName(policy, host)
    : decideAddress(policy, address, port, 'literal');
}

function decideName(policy: Policy, host: string): Verdict {
  if (policy.denyHosts?.(host)) return 'denied';
  if (isMetadata(host)) return 'metadata';
  if (policy.allowHosts?.(host) || policy.anyAddress?.(host)) return undefined;
  if (policy.allowHosts) return 'not-allowed';
  if (policy.proxy) return 'proxy';
  if (isLoopbackName(host)) return policy.allowLoopback ? undefined : 'reserved-name';
  return !policy.allowPrivate && isReservedName(host) ? 'reserved-name' : undefined;
}

// A zone only says through which interface.
const withoutZone = (address: Address): string => address.toString().replace(/%.*/, '');

/** How an address came to be dialled: written in the URL, or as what a name stands for. */
type Standing = 'literal' | 'name' | 'any-address';

function decideAddress(
  policy: Policy,
  address: Address,
  port: number | undefined,
  standing: Standing,
): Verdict {
  const embedded = embeddedIPv4(address);
  const guises = [address, ...embedded];
  if (guises.some((guise) => policy.denyCidrs.some((range) => contains(range, guise)))) {
    return 'denied';
  }
  if (guises.some((guise) => isMetadata(withoutZone(guise)))) return 'metadata';
  // A mapped address is dialled as the IPv4 address that it is; other carriers go elsewhere first.
  const dialled = (isMapped(address) && embedded[0]) || address;
  if (standing === 'any-address' || policy.allowsAddress(dialled, port)) return undefined;
  if (standing === 'literal' && policy.allowHosts) return 'not-allowed';
  const space = addressSpace(dialled);
  if (space === 'loopback' && policy.allowLoopback) return undefined;
  if (space === 'private' && policy.allowPrivate) return undefined;
  if (embedded.length > 0) return 'embedded-ipv4';
  return space === 'public' ? undefined : space;
}
