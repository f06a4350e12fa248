import { isIP } from 'node:net';

/** `localhost`, 127.0.0.0/8 and ::1, with or without brackets. */
export function isLoopback(host: string): boolean {
  const name = bareName(host);
  if (name === 'localhost' || name === '::1' || name === '::ffff:127.0.0.1') return true;
  return isIP(name) === 4 && name.startsWith('127.');
}

/** The name in a Host header or a URL's host: lower case, no port, no brackets, no trailing dot. */
export function hostName(host: string): string | undefined {
  try {
    const { hostname, pathname, username } = new URL(`http://${host}`);
    // "evil.com/@good.com" is no host.
    return pathname === '/' && username === '' && hostname !== '' ? bareName(hostname) : undefined;
  } catch {
    return undefined;
  }
}

/** A name without brackets and trailing dot, in lower case. */
export const bareName = (name: string): string =>
  name
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
