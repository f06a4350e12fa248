import ipaddr from 'ipaddr.js';

export type Address = ipaddr.IPv4 | ipaddr.IPv6;

export type Range = readonly [network: Address, prefixLength: number];

/** An address in its usual text form; anything else, octal or short forms included, is none. */
export function parseAddress(text: string): Address | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  return ipaddr.IPv6.isValid(text) ? ipaddr.IPv6.parse(text) : undefined;
}

export const contains = ([network, prefixLength]: Range, address: Address): boolean =>
  network.kind() === address.kind() && address.match(network, prefixLength);

// What ipaddr.js does not say.
/** All that is assigned as global unicast so far. RFC 4291 section 2.4, IANA "IPv6 Address Space". */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');
/** IETF protocol assignments, some of them reachable, none of them a server. RFC 2928. */
const IETF_PROTOCOLS = ipaddr.IPv6.parseCIDR('2001::/23');
/** IPv4-compatible IPv6. RFC 4291 section 2.5.5.1. */
const COMPATIBLE = ipaddr.IPv6.parseCIDR('::/96');

/**
 * What an address is for, from the tables of ipaddr.js. IPv6 goes by allowing: what is not known
 * to be global unicast is special, for example 100:0:0:1::/64 (RFC 9780).
 */
export function addressSpace(
  address: Address,
): 'public' | 'loopback' | 'private' | 'special-purpose' {
  switch (address.range()) {
    case 'loopback':
      return 'loopback';
    case 'private': // RFC 1918
    case 'carrierGradeNat': // RFC 6598
    case 'uniqueLocal': // RFC 4193
      return 'private';
    case 'unicast':
    case 'as112': // RFC 7534: special, but globally reachable, as is the next
    case 'as112v6':
    case 'amt': // RFC 7450
      return isGlobal(address) ? 'public' : 'special-purpose';
    default:
      return 'special-purpose';
  }
}

const isGlobal = (address: Address): boolean =>
  address.kind() === 'ipv4' ||
  (contains(GLOBAL_UNICAST, address) && !contains(IETF_PROTOCOLS, address));

/** An IPv4 address found inside an IPv6 address. */
export interface Embedded {
  readonly address: ipaddr.IPv4;
  /** Whether the socket goes to that IPv4 address itself, not to a gateway or tunnel. */
  readonly mapped: boolean;
}

export function embeddedIPv4(address: Address): Embedded | undefined {
  if (address.kind() === 'ipv4') return undefined;
  const bytes = address.toByteArray();
  const carried = (from: number, mapped = false, xor = 0): Embedded => ({
    address: new ipaddr.IPv4(bytes.slice(from, from + 4).map((byte) => byte ^ xor)),
    mapped,
  });
  switch (address.range()) {
    case 'ipv4Mapped': // RFC 4291 section 2.5.5.2
      return carried(12, true);
    case 'rfc6145': // IPv4-translated, RFC 2765 section 2.1
    case 'rfc6052': // NAT64, also for local use: RFC 8215
      return carried(12);
    case '6to4': // RFC 3056 section 2
      return carried(2);
    case 'teredo': // its client, RFC 4380 section 4
      return carried(12, false, 0xff);
    case 'loopback': // these two lie in ::/96 and carry nothing
    case 'unspecified':
      return undefined;
    default:
      return contains(COMPATIBLE, address) || isIsatap(bytes) ? carried(12) : undefined;
  }
}

/** Whether the interface identifier is one of ISATAP, whatever the prefix. RFC 5214 section 6.1. */
const isIsatap = ([, , , , , , , , ...id]: readonly number[]): boolean =>
  /^[02],0,94,254,/.test(id.join());
