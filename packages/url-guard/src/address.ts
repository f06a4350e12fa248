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

const ipv6Range = (cidr: string) => ipaddr.IPv6.parseCIDR(cidr);

/** All that is assigned as global unicast so far. RFC 4291 section 2.4, IANA "IPv6 Address Space". */
const GLOBAL_UNICAST = ipv6Range('2000::/3');
/** IETF protocol assignments, some of them reachable, none of them a server. RFC 2928. */
const IETF_PROTOCOLS = ipv6Range('2001::/23');

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

/** Where IPv6 carries IPv4: the range, the 16-bit word at which it begins, and what it is XORed with. */
const CARRIERS: readonly (readonly [range: Range, word: number, xor: number])[] = [
  [ipv6Range('::/96'), 6, 0], // IPv4-compatible, RFC 4291 section 2.5.5.1
  [ipv6Range('::ffff:0:0:0/96'), 6, 0], // IPv4-translated, RFC 2765 section 2.1
  [ipv6Range('64:ff9b::/96'), 6, 0], // NAT64, RFC 6052 section 2.1
  [ipv6Range('64:ff9b:1::/48'), 6, 0], // local-use NAT64, RFC 8215
  [ipv6Range('2002::/16'), 1, 0], // 6to4, RFC 3056 section 2
  [ipv6Range('2001::/32'), 6, 0xffff], // Teredo's client, RFC 4380 section 4
];
const MAPPED = ipv6Range('::ffff:0:0/96'); // RFC 4291 section 2.5.5.2

export function embeddedIPv4(address: Address): Embedded | undefined {
  if (!('parts' in address)) return undefined;
  if (contains(MAPPED, address)) return { address: address.toIPv4Address(), mapped: true };
  const { parts } = address;
  const carrier = CARRIERS.find(([range]) => contains(range, address));
  // :: and ::1 lie in ::/96 and carry nothing.
  if (carrier && !/^::1?$/.test(address.toString())) return carried(parts, carrier[1], carrier[2]);
  // ISATAP, RFC 5214 section 6.1: an interface identifier, whatever the prefix.
  const isatap = ((parts[4] ?? 0) & ~0x0200) === 0 && parts[5] === 0x5efe;
  return isatap ? carried(parts, 6, 0) : undefined;
}

function carried(parts: readonly number[], word: number, xor: number): Embedded {
  const octets = parts
    .slice(word, word + 2)
    .flatMap((part) => [(part ^ xor) >> 8, (part ^ xor) & 0xff]);
  return { address: new ipaddr.IPv4(octets), mapped: false };
}
