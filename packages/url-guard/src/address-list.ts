import ipaddr from 'ipaddr.js';
import { type Address, parseAddress, type Range } from './address.js';
import { ConfigError } from './errors.js';

/** @throws ConfigError for an entry that is no CIDR, naming the right spelling. */
export function parseCidr(option: string, entry: string): Range {
  const [text = '', length = ''] = entry.split('/', 2);
  const address = parseAddress(text);
  if (address === undefined) throw wrong(option, entry, 'a range', '"10.0.0.0/8" or "fd00::/8"');
  const bits = address.kind() === 'ipv4' ? 32 : 128;
  if (isMapped(address)) throw wrong(option, entry, 'a range', 'IPv4 ranges as IPv4');
  if (length === '') throw wrong(option, entry, 'a range', `"${text}/${bits}"`);
  const prefixLength = Number(length);
  if (!/^\d{1,3}$/.test(length) || prefixLength > bits || entry !== `${text}/${length}`) {
    throw wrong(option, entry, 'a range', `a prefix length from 0 to ${bits}`);
  }
  const family = address.kind() === 'ipv4' ? ipaddr.IPv4 : ipaddr.IPv6;
  const network = family.networkAddressFromCIDR(`${text}/${length}`);
  if (network.toString() !== address.toString()) {
    throw wrong(option, entry, 'a range', `"${network}/${length}", or "${text}/${bits}" for one`);
  }
  return [network, prefixLength];
}

/** Whether an address, on a port if that is known, is on a list. */
export type AddressList = (address: Address, port: number | undefined) => boolean;

/** @throws ConfigError for an entry that is no address, naming the right spelling. */
export function compileAddressList(option: string, entries: readonly string[]): AddressList {
  const listed = new Set(entries.map((entry) => parseEntry(option, entry)));
  if (listed.size === 0) return () => false;
  return (address, port) => {
    const text = address.toString();
    return listed.has(text) || (port !== undefined && listed.has(`${text} ${port}`));
  };
}

function parseEntry(option: string, entry: string): string {
  const match = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d{1,5}))?$/.exec(entry);
  const [, bracketed, plain, port] = match ?? [undefined, undefined, entry];
  const address = parseAddress(bracketed ?? plain ?? '');
  if (address === undefined || Number(port ?? 0) > 65_535) {
    throw wrong(option, entry, 'an address', '"10.0.0.1", "10.0.0.1:321" or "[fd00::1]:321"');
  }
  if (isMapped(address)) throw wrong(option, entry, 'an address', 'IPv4 addresses as IPv4');
  return port === undefined ? `${address}` : `${address} ${Number(port)}`;
}

const isMapped = (address: Address): boolean => 'parts' in address && address.isIPv4MappedAddress();

const wrong = (option: string, entry: string, what: string, right: string): ConfigError =>
  new ConfigError(
    option,
    `${option}: ${JSON.stringify(entry.slice(0, 100))} is not ${what}; write ${right}`,
  );
