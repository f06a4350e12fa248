import { boolean, checkOptions, type Rule, secret, text } from '../check.js';
import type { ClientSettings, TlsOptions } from '../client/options.js';
import { checkCompression } from '../compression.js';
import { checkHeaders } from './headers.js';

const bytes: Rule = {
  expected: 'a string or bytes',
  test: (value) => typeof value === 'string' || value instanceof Uint8Array,
};

const manyBytes: Rule = {
  expected: 'a string, bytes, or an array of these',
  test: (value) => bytes.test(value) || (Array.isArray(value) && value.every(bytes.test)),
};

const tlsRules: Record<keyof TlsOptions, Rule> = {
  ca: manyBytes,
  cert: bytes,
  key: secret(bytes),
  passphrase: secret(text),
  servername: text,
  rejectUnauthorized: boolean,
};

/**
 * Checks the inside of options that no browser can honour.
 * @throws ConfigError
 */
export function checkOwnOptions({ tls, compression, headers }: ClientSettings): void {
  checkOptions(tls, tlsRules);
  checkCompression(compression);
  if (typeof headers === 'object') checkHeaders(headers);
}
