import type { LookupFunction } from 'node:net';
import net from 'node:net';
import tls from 'node:tls';
import { ConfigError } from '../errors.js';

type ConnectionOptions = net.TcpNetConnectOpts & tls.ConnectionOptions;

/**
 * Makes connections to the addresses that a guard approved and to no others, whatever the name
 * resolves to by now. TLS still asks for the name and verifies it.
 * @throws ConfigError if the guard named no address, or something that is none
 */
export function pinnedConnection(
  addresses: readonly string[],
  secure: boolean,
): (options: ConnectionOptions) => net.Socket {
  const families = addresses.map((address) => ({ address, family: net.isIP(address) }));
  const [first] = families;
  if (first === undefined || families.some(({ family }) => family === 0)) {
    throw new ConfigError(
      'guard',
      'guard.check() must name one or more IP addresses, or leave them out',
    );
  }
  const lookup: LookupFunction = (_hostname, options, callback) => {
    const family = options.family === 'IPv4' ? 4 : options.family === 'IPv6' ? 6 : options.family;
    const usable = families.filter((entry) => !family || entry.family === family);
    const [one] = usable;
    if (one === undefined) {
      callback(new Error(`the guard approved no IPv${family} address`), []);
    } else if (options.all) callback(null, usable);
    else callback(null, one.address, one.family);
  };
  return (options) => {
    const name = options.host ?? '';
    const literal = net.isIP(name) !== 0;
    const target = {
      ...options,
      // `path` is the request's here; to net.connect it would be the path of a pipe.
      path: undefined,
      // A lookup is never asked for a literal: there, the approved address itself is dialled.
      host: literal ? first.address : name,
      lookup,
    } as unknown as ConnectionOptions;
    if (!secure) return net.connect(target);
    const servername = options.servername ?? (literal ? '' : name);
    return tls.connect({
      ...target,
      servername,
      // For a literal, `host` is not what the user wrote; verified is what they wrote.
      checkServerIdentity: (_host, certificate) =>
        tls.checkServerIdentity(servername || name, certificate),
    });
  };
}
