import { type Address, parseAddress } from './address.js';
import { decideAnswer } from './decide.js';
import { UnsafeUrlError } from './errors.js';
import type { Emit, GuardMethod } from './events.js';
import { report } from './inspect.js';
import type { Policy } from './policy.js';
import type { UnsafeUrlReason } from './reasons.js';
import { type Resolver, resolveInTime } from './resolve.js';
import type { Place } from './target.js';

/** What there is to decide on. */
interface Question {
  readonly method: GuardMethod;
  /** What errors and events call it. */
  readonly shown: string;
  /** Where a socket would go; unknown for what does not parse. */
  readonly place: Place | undefined;
  /** What the place itself is already refused for. */
  readonly reason: UnsafeUrlReason | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Decides on a place, and gives the addresses that it may be dialled at. @throws UnsafeUrlError */
export type Pin = (question: Question) => Promise<string[]>;

interface Finding {
  readonly reason: UnsafeUrlReason | undefined;
  readonly addresses: string[];
  /** Whether there is anything to dial, so that a guard that only reports may let it pass. */
  readonly dialable: boolean;
  /** The address at fault. */
  readonly address?: string | undefined;
  readonly cause?: unknown;
}

export function pinner(policy: Policy, resolver: Resolver, emit: Emit | undefined): Pin {
  return async (question) => {
    const { method, shown, signal } = question;
    signal?.throwIfAborted();
    const { reason, addresses, dialable, ...why } = await find(policy, resolver, question);
    if (emit) report(emit, policy, method, shown, reason, addresses);
    if (reason === undefined || (policy.reportOnly && dialable)) return addresses;
    throw new UnsafeUrlError(reason, shown, why);
  };
}

async function find(
  policy: Policy,
  resolver: Resolver,
  { method, place, reason, signal }: Question,
): Promise<Finding> {
  if (place === undefined || place.host === '') return { reason, addresses: [], dialable: false };
  const { host } = place;
  if (place.address !== undefined) return { reason, addresses: [host], dialable: true };
  // Nobody is asked about a name that is refused, or that a proxy will resolve its own way.
  const moot = (reason !== undefined && !policy.reportOnly) || (policy.proxy && method === 'check');
  if (moot) return { reason, addresses: [], dialable: true };
  const { texts, addresses, cause } = await ask(resolver, host, signal);
  const answer = decideAnswer(policy, place, addresses);
  const dialable = texts.length > 0;
  if (reason !== undefined) return { reason, addresses: texts, dialable };
  return {
    reason: answer.reason,
    addresses: texts,
    dialable,
    address: answer.address?.toString(),
    cause,
  };
}

/** What a name resolves to. An answer that cannot be read as a whole is no answer. */
async function ask(
  resolver: Resolver,
  host: string,
  signal: AbortSignal | undefined,
): Promise<{ texts: string[]; addresses: Address[]; cause?: unknown }> {
  try {
    const texts = [...(await resolveInTime(resolver, host, signal))];
    const addresses = texts.map((text) => {
      const address = typeof text === 'string' ? parseAddress(text) : undefined;
      if (address === undefined) throw new TypeError('the resolver answered with no IP address');
      return address;
    });
    return { texts, addresses };
  } catch (cause) {
    signal?.throwIfAborted();
    return { texts: [], addresses: [], cause };
  }
}
