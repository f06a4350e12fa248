/**
 * A key's name for errors and events. Keys are often URLs, and URLs often carry credentials:
 * user information, query and fragment are left out. Keys that are no text have no name of their own.
 */
export function maskKey(identity: unknown): string {
  if (typeof identity === 'string') {
    return identity.replace(/\/\/[^/@\s]*@/g, '//***@').replace(/[?#]\S+/g, '?***');
  }
  return typeof identity === 'object' || typeof identity === 'function'
    ? `(${typeof identity})`
    : String(identity);
}
