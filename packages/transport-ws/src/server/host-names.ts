import { isIP } from 'node:net';

/** Nothing else stands in the Host header of a decent client; `@`, `/` or `%` may mislead. */
const HOST = /^[\w.\-:[\]]+$/;

/** A port behind a name or behind a bracket, not the last group of an IPv6 address. */
const PORT = /^([^:]*|\[.*\]):\d*$/;

/** `localhost`, 127.0.0.0/8 and ::1, written as the functions below write names. */
export function isLoopback(name: string): boolean {
  if (name === 'localhost' || name === '::1' || name === '::ffff:127.0.0.1') return true;
  return isIP(name) === 4 && name.startsWith('127.');
}

/** The name in a Host header or a URL's host: lower case, no port, no brackets, no trailing dot. */
export function hostName(host: string): string | undefined {
  if (!HOST.test(host)) return undefined;
  try {
    return bareName(new URL(`http://${host}`).hostname) || undefined;
  } catch {
    return undefined;
  }
}

/** The same of a name that somebody wrote down: without a port, IPv6 also without brackets. */
export function configuredName(name: string): string | undefined {
  if (PORT.test(name) || /[/@?#%\s]/.test(name)) return undefined;
  try {
    return bareName(new URL(`http://${isIP(name) === 6 ? `[${name}]` : name}`).hostname);
  } catch {
    return undefined;
  }
}

const bareName = (name: string): string =>
  name
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
