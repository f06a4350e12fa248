import { TOKEN } from '../check.js';
import type { HeaderRecord, WebSocketClientTransportOptions } from '../client/options.js';
import { ConfigError, ConnectionError } from '../errors.js';

/** Visible characters, spaces, tabs and obsolete Latin-1; no line break, so no second header. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
/** What the handshake itself owns (RFC 6455, section 4.1); `host` is what the guard decided on. */
const RESERVED = /^(connection|upgrade|host|content-length|transfer-encoding|sec-websocket-.*)$/i;

/**
 * The headers of one dial.
 * @throws ConfigError that names the header, never its value
 * @throws ConnectionError if the function fails
 */
export async function headersOfDial(
  headers: WebSocketClientTransportOptions['headers'],
): Promise<HeaderRecord> {
  if (headers === undefined) return {};
  const record = typeof headers === 'function' ? await ask(headers) : headers;
  checkHeaders(record);
  return record;
}

/** @throws ConfigError */
export function checkHeaders(record: unknown): asserts record is HeaderRecord {
  if (typeof record !== 'object' || record === null || Array.isArray(record)) {
    throw new ConfigError('headers', 'headers must be an object of names and values');
  }
  const seen = new Set<string>();
  for (const [name, value] of Object.entries(record)) {
    if (!TOKEN.test(name)) throw new ConfigError('headers', `headers has a name that is no token`);
    if (RESERVED.test(name)) {
      throw new ConfigError('headers', `headers must not set ${name}: it belongs to the handshake`);
    }
    if (seen.has(name.toLowerCase())) {
      throw new ConfigError('headers', `headers has ${name} twice, in different case`);
    }
    seen.add(name.toLowerCase());
    if (typeof value !== 'string' || !VALUE.test(value)) {
      throw new ConfigError('headers', `the value of header ${name} must be a string of one line`);
    }
  }
}

async function ask(headers: () => HeaderRecord | Promise<HeaderRecord>): Promise<HeaderRecord> {
  try {
    return await headers();
  } catch (cause) {
    throw new ConnectionError('DIAL_FAILED', 'the headers function failed', {
      cause,
      delivery: 'not-sent',
    });
  }
}
