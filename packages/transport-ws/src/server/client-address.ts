import { isIPv6 } from 'node:net';

const GROUPS = 8;

/**
 * What is counted as one client: an IPv4 address, or the /64 of an IPv6 address, because whoever
 * has one address of it has them all (RFC 4291, section 2.5.1).
 */
export function clientOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1] !== undefined) return mapped[1];
  if (!isIPv6(address)) return address;
  const [left = '', right] = address.replace(/%.*$/, '').split('::');
  const before = groupsOf(left);
  const after = groupsOf(right ?? '');
  const zeros = Array<string>(GROUPS - before.length - after.length).fill('0');
  const network = [...before, ...zeros, ...after].slice(0, GROUPS / 2);
  return `${network.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}

/** An IPv4 address at the end stands for two groups. */
const groupsOf = (part: string): string[] =>
  part === '' ? [] : part.replace(/[^:]*\..*/, '0:0').split(':');
