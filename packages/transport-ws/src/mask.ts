/**
 * A URL as it may stand in messages and events: no user, no password, no query, no fragment.
 * What cannot be parsed is not shown at all, because nobody knows where its secrets are.
 */
export function maskUrl(url: string | URL): string {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    return '<unparsable URL>';
  }
  return `${parsed.protocol}//${parsed.host}${parsed.pathname}${parsed.search ? '?…' : ''}`;
}
