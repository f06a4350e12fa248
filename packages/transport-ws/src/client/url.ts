import { describe } from '../check.js';
import { ConfigError } from '../errors.js';
import { maskUrl } from '../mask.js';

/**
 * Reads the URL to dial.
 * @throws ConfigError if it is none, or none of a WebSocket (RFC 6455, section 3)
 */
export function readUrl(url: unknown): URL {
  if (typeof url !== 'string' && !(url instanceof URL)) {
    throw new ConfigError('url', `url must be a string or a URL, got ${describe(url)}`);
  }
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw new ConfigError('url', 'url must be absolute, such as wss://example.com/mcp');
  }
  if (parsed.protocol !== 'ws:' && parsed.protocol !== 'wss:') {
    throw new ConfigError(
      'url',
      `url must begin with ws:// or wss://, got ${JSON.stringify(parsed.protocol)}`,
    );
  }
  return parsed;
}

/** Parameters that can only be credentials, without case, `-` and `_`. */
const CREDENTIALS = new Set(['accesstoken', 'authtoken', 'idtoken', 'token', 'apikey']);

/**
 * Refuses what must not stand in a URL, because URLs end in logs.
 * @throws ConfigError
 */
export function refuseSecrets(url: URL): void {
  const fault = faultOf(url);
  if (fault) throw new ConfigError('url', `${fault}: ${maskUrl(url)}`);
}

function faultOf(url: URL): string | undefined {
  if (url.username !== '' || url.password !== '') {
    return 'url must not carry a user or a password; use the headers option';
  }
  // RFC 6455, section 3: fragments are meaningless and must not be used.
  if (url.href.includes('#')) return 'url must not have a fragment';
  // RFC 6750, section 5.3: bearer tokens do not belong in URLs.
  for (const name of url.searchParams.keys()) {
    if (CREDENTIALS.has(name.toLowerCase().replace(/[-_]/g, ''))) {
      return 'url must not carry a token or a key; use the headers option';
    }
  }
  return undefined;
}
