import { type Address, IPv4, IPv6, isMapped, parseAddress, type Range } from './address.js';
import { wrongEntry } from './errors.js';

/** @throws ConfigError for an entry that is no range, naming the right spelling. */
export function parseCidr(option: string, entry: string): Range {
  const [, text = '', length] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(entry) ?? [];
  const address = parseIPv4AsIPv4(text);
  if (address === undefined) throw wrongEntry(option, entry, '10.0.0.0/8');
  const [family, bits] = 'octets' in address ? [IPv4, 32] : [IPv6, 128];
  const prefixLength = Math.min(Number(length ?? bits), bits);
  const network = family.networkAddressFromCIDR(`${address}/${prefixLength}`);
  // Bits behind the prefix mean that one of the two is not what was meant.
  if (`${prefixLength}` !== length || `${network}` !== `${address}`) {
    // Whoever names an address does not mean every other one, too.
    const right = prefixLength ? `${network}/${prefixLength}` : `${address}/${bits}`;
    throw wrongEntry(option, entry, right);
  }
  return [network, prefixLength];
}

/** Whether an address, on a port if that is known, is on a list. */
export type AddressList = (address: Address, port: number | undefined) => boolean;

/** @throws ConfigError for an entry that is no address, naming the right spelling. */
export function compileAddressList(option: string, entries: readonly string[]): AddressList {
  const listed = new Set(
    entries.map((entry) => {
      const match = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d{1,5}))?$/.exec(entry);
      const [, bracketed, plain, port] = match ?? [undefined, undefined, entry];
      const address = parseIPv4AsIPv4(bracketed ?? plain ?? '');
      if (address === undefined || Number(port ?? 0) > 65_535) {
        throw wrongEntry(option, entry, bracketed ? '[fd00::1]:321' : '10.0.0.1:321');
      }
      return port === undefined ? `${address}` : `${address} ${Number(port)}`;
    }),
  );
  return (address, port) => listed.has(`${address}`) || listed.has(`${address} ${port}`);
}

/** An address as the rules will see it: one that is mapped into IPv6 would never match. */
function parseIPv4AsIPv4(text: string): Address | undefined {
  const address = parseAddress(text);
  return address && isMapped(address) ? undefined : address;
}
