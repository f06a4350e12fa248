import { parseAddress } from './address.js';
import { ConfigError } from './errors.js';

/** Whether a normalised host name is on a list. */
export type HostList = (host: string) => boolean;

/** @throws ConfigError for an entry that is no host name, naming the right spelling. */
export function compileHostList(option: string, entries: readonly string[]): HostList {
  const names = new Set<string>();
  const parents = new Set<string>();
  for (const entry of entries) {
    const wildcard = entry.startsWith('*.');
    const name = hostName(option, entry, wildcard ? entry.slice(2) : entry);
    (wildcard ? parents : names).add(name);
  }
  return (host) => {
    if (names.has(host)) return true;
    if (parents.size === 0) return false;
    for (let dot = host.indexOf('.'); dot >= 0; dot = host.indexOf('.', dot + 1)) {
      if (parents.has(host.slice(dot + 1))) return true;
    }
    return false;
  };
}

function hostName(option: string, entry: string, text: string): string {
  const name = text.toLowerCase().replace(/\.$/, '');
  const label = '[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?';
  if (new RegExp(`^${label}(?:\\.${label})*$`).test(name) && parsedHost(name) === name) {
    if (parseAddress(name) === undefined) return name;
  }
  // An entry may be a URL by mistake, with what belongs into no message.
  const shown = entry.includes('@') ? '"***"' : JSON.stringify(entry.slice(0, 100));
  throw new ConfigError(option, `${option}: ${shown} is no host name; ${advice(option, entry)}`);
}

function advice(option: string, entry: string): string {
  const asUrl = /^(?:[a-z][a-z\d+.-]*:)?\/\//i.test(entry);
  const host = parsedHost(asUrl ? entry.replace(/^[^/]*\/\//, '') : entry);
  if (parseAddress(entry.replace(/^\[(.*)\]$/, '$1')) ?? (host && parseAddress(host))) {
    return `addresses go to ${option.startsWith('deny') ? 'denyCidrs' : 'allowAddresses'}`;
  }
  if (entry.includes('*')) {
    const rest = entry.slice(entry.lastIndexOf('*') + 1).replace(/^\.+/, '');
    if (rest === '' && /^[*.]*$/.test(entry)) {
      return option === 'allowHosts'
        ? 'leave allowHosts out to allow every public host'
        : 'name each host';
    }
    return rest === ''
      ? 'a wildcard stands for whole labels in front, as in "*.example.com"'
      : `write ${JSON.stringify(`*.${parsedHost(rest) ?? rest}`)}, a wildcard for whole labels in front`;
  }
  return host ? `write ${JSON.stringify(host)}` : 'write a name such as "example.com"';
}

/** How the URL parser, and so the guard, reads a host: `éxample.com` is `xn--xample-9ua.com`. */
function parsedHost(text: string): string | undefined {
  try {
    const { hostname } = new URL(`http://${text}`);
    return hostname.replace(/^\[(.*)\]$/, '$1');
  } catch {
    return undefined;
  }
}
