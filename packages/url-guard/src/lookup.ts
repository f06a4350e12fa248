import type { LookupAddress, LookupOptions } from 'node:dns';
import { isIPv6, type LookupFunction } from 'node:net';
import { decidePlace } from './decide.js';
import { UnsafeUrlError } from './errors.js';
import type { Pin } from './pin.js';
import type { Policy } from './policy.js';
import { describePlace, parsePlace } from './target.js';

/** A `lookup` hook that answers with what `pin` allows. */
export function lookupBy(pin: (hostname: string) => Promise<string[]>): LookupFunction {
  return (hostname, options, callback) => {
    pin(hostname)
      .then((addresses) => ofFamily(addresses, hostname, options))
      .then(
        (answer) => {
          const [{ address, family }] = answer;
          if (options.all) callback(null, answer);
          else callback(null, address, family);
        },
        (error) => callback(error, []),
      );
  };
}

function ofFamily(
  addresses: readonly string[],
  hostname: string,
  { family = 0 }: LookupOptions,
): [LookupAddress, ...LookupAddress[]] {
  const wanted = family === 'IPv4' ? 4 : family === 'IPv6' ? 6 : family;
  const [first, ...rest] = addresses
    .map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }))
    .filter((answer) => wanted === 0 || answer.family === wanted);
  if (first === undefined) {
    throw new UnsafeUrlError('unresolvable', describePlace(parsePlace(hostname), hostname), {
      cause: new Error(`no IPv${wanted} address`),
    });
  }
  return [first, ...rest];
}

/** A `lookup` hook that decides on every name that it is asked for. */
export const guardedLookup = (policy: Policy, pin: Pin): LookupFunction =>
  lookupBy((hostname) => {
    const place = parsePlace(hostname);
    return pin({
      method: 'lookup',
      place,
      shown: describePlace(place, hostname),
      reason: place ? decidePlace(policy, place) : 'unparsable',
    });
  });
