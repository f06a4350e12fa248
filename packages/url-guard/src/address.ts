import ipaddr from 'ipaddr.js';

export const { IPv4, IPv6 } = ipaddr;

export type Address = ipaddr.IPv4 | ipaddr.IPv6;

export type Range = readonly [network: Address, prefixLength: number];

/** An address in its usual text form; anything else, octal or short forms included, is none. */
export function parseAddress(text: string): Address | undefined {
  if (IPv4.isValidFourPartDecimal(text)) return IPv4.parse(text);
  return IPv6.isValid(text) ? IPv6.parse(text) : undefined;
}

export const contains = ([network, prefixLength]: Range, address: Address): boolean =>
  network.kind() === address.kind() && address.match(network, prefixLength);

// What ipaddr.js does not say.
/** All that is assigned as global unicast so far. RFC 4291 section 2.4, IANA "IPv6 Address Space". */
const GLOBAL_UNICAST = IPv6.parseCIDR('2000::/3');
/** IETF protocol assignments, some of them reachable, none of them a server. RFC 2928. */
const IETF_PROTOCOLS = IPv6.parseCIDR('2001::/23');
/** IPv4-compatible IPv6. RFC 4291 section 2.5.5.1. */
const COMPATIBLE = IPv6.parseCIDR('::/96');

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

/** At which bytes the ranges of ipaddr.js that carry IPv4 do so. */
const CARRIERS: Partial<Record<string, readonly number[]>> = {
  ipv4Mapped: [12], // RFC 4291 section 2.5.5.2
  rfc6145: [12], // IPv4-translated, RFC 2765 section 2.1
  rfc6052: [12], // NAT64
  '6to4': [2], // RFC 3056 section 2
  teredo: [4], // its server: RFC 4380 section 4
};

/** Every IPv4 address that an IPv6 address may carry, for one carrier may hold another. */
export function embeddedIPv4(address: Address): ipaddr.IPv4[] {
  const range = address.range();
  // :: and ::1 carry nothing.
  if (range === 'loopback' || range === 'unspecified') return [];
  const bytes = address.toByteArray();
  const read = (from: number, source = bytes) => new IPv4(source.slice(from, from + 4));
  const found = (CARRIERS[range] ?? []).map((from) => read(from));
  if (carriesUnlisted(address, bytes)) found.push(read(12));
  // Teredo's client, inverted.
  if (range === 'teredo')
    found.push(
      read(
        12,
        bytes.map((byte) => byte ^ 0xff),
      ),
    );
  // NAT64 for local use (RFC 8215) has prefixes of any length, around byte 8 (RFC 6052 section 2.2).
  if (range === 'rfc6052' && bytes[5]) {
    const rest = bytes.filter((_, index) => index !== 8);
    found.push(read(6, rest), read(7, rest), read(8, rest));
  }
  return found;
}

/** Whether a socket goes to the IPv4 address that an IPv6 address carries, not to a gateway or tunnel. */
export const isMapped = (address: Address): boolean => address.range() === 'ipv4Mapped';

/** IPv4-compatible IPv6, or an interface identifier of ISATAP (RFC 5214 section 6.1). */
const carriesUnlisted = (address: Address, bytes: readonly number[]): boolean =>
  contains(COMPATIBLE, address) || /^[02],0,94,254,/.test(bytes.slice(8).join());
