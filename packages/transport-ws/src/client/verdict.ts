import { ConfigError } from '../errors.js';
import type { UrlGuard } from '../ports.js';
import { readUrl, refuseSecrets } from './url.js';

/** What may be dialled. */
export interface Verdict {
  readonly url: URL;
  /** The only addresses that may be connected to; absent where the guard named none. */
  readonly addresses?: readonly string[];
}

/**
 * Asks the guard. A guard that is not understood has approved of nothing.
 * @throws ConfigError for an answer that is none; whatever the guard throws
 */
export async function askGuard(
  guard: UrlGuard,
  rawUrl: string,
  signal: AbortSignal,
): Promise<Verdict> {
  const answer: unknown = await guard.check(rawUrl, { signal });
  if (typeof answer !== 'object' || answer === null || !('url' in answer)) {
    throw new ConfigError('guard', 'guard.check() must resolve with an object with a url');
  }
  const url = readUrl(answer.url);
  refuseSecrets(url);
  const { addresses } = answer as { addresses?: unknown };
  if (addresses === undefined) return { url };
  if (!Array.isArray(addresses) || addresses.length === 0) {
    throw new ConfigError(
      'guard',
      'guard.check() must name one or more IP addresses, or leave them out',
    );
  }
  return { url, addresses };
}
