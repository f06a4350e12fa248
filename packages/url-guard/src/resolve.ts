import { lookup } from 'node:dns/promises';
import type { Clock, Resolve } from './ports.js';

/** What a socket would ask: /etc/hosts included, in the resolver's order. */
export const systemResolve: Resolve = async (hostname) =>
  (await lookup(hostname, { all: true, verbatim: true })).map(({ address }) => address);

export interface Resolver {
  readonly resolve: Resolve;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** Asks the resolver, and settles at the latest when time is up or the signal aborts. */
export function resolveInTime(
  { resolve, timeoutMs, clock }: Resolver,
  hostname: string,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  return new Promise((answer, reject) => {
    const abort = () => end(() => reject(signal?.reason));
    const timer = clock.setTimeout(
      () => end(() => reject(new Error(`no answer from the resolver within ${timeoutMs} ms`))),
      timeoutMs,
    );
    const end = (settle: () => void) => {
      clock.clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      settle();
    };
    signal?.addEventListener('abort', abort, { once: true });
    const ask = async () => resolve(hostname);
    ask().then(
      (addresses) => end(() => answer(addresses)),
      (error) => end(() => reject(error)),
    );
  });
}
