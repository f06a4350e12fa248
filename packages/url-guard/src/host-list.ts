import { parseAddress } from './address.js';
import { wrongEntry } from './errors.js';

/** Whether a normalised host name is on a list. */
export type HostList = (host: string) => boolean;

/** Of a name, without the dot at its end. RFC 1035 section 2.3.4. */
const MAX_LENGTH = 253;

const isHostName = (name: string): boolean =>
  name.length <= MAX_LENGTH &&
  /^[\w-]+(\.[\w-]+)*$/.test(name) &&
  parsedHost(name) === name &&
  !parseAddress(name);

/** @throws ConfigError for an entry that is no host name, naming the right spelling. */
export function compileHostList(option: string, entries: readonly string[]): HostList {
  const names = new Set<string>();
  const parents = new Set<string>();
  for (const entry of entries) {
    const wildcard = entry.startsWith('*.');
    const name = (wildcard ? entry.slice(2) : entry).toLowerCase().replace(/\.$/, '');
    if (!isHostName(name)) throw wrongEntry(option, entry, rightSpelling(entry));
    (wildcard ? parents : names).add(name);
  }
  return (host) => {
    if (names.has(host)) return true;
    // A host may be as long as an attacker likes, but what is on the list is not.
    let dot = host.indexOf('.', host.length - MAX_LENGTH - 1);
    for (; dot >= 0; dot = host.indexOf('.', dot + 1)) {
      if (parents.has(host.slice(dot + 1))) return true;
    }
    return false;
  };
}

function rightSpelling(entry: string): string {
  // A wildcard stands for whole labels in front; an entry may also have been meant as a URL.
  const [, wildcard, rest] = /^(.*\*)?\.*(?:[a-z]+:\/\/)?(.*)/is.exec(entry) ?? [];
  const host = parsedHost(rest ?? '') ?? '';
  if (parseAddress(host.replace(/^\[(.*)\]$/, '$1'))) return 'it to allowCidrs or denyCidrs';
  // All of a top-level domain is never what was meant.
  const isRight = isHostName(host) && (!wildcard || host.includes('.'));
  return `${wildcard ? '*.' : ''}${isRight ? host : 'example.com'}`;
}

/** How the URL parser, and so the guard, reads a host: `éxample.com` is `xn--xample-9ua.com`. */
function parsedHost(text: string): string | undefined {
  try {
    return new URL(`http://${text}`).hostname;
  } catch {
    return undefined;
  }
}
