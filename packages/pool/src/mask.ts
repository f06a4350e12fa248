/**
 * A key's name for errors and events. Keys are often URLs, and URLs often carry credentials:
 * user information, query and fragment are left out. Keys that are no text have no name of their own.
 */
export function maskKey(identity: unknown): string {
  if (Object(identity) === identity) return '(object)';
  // What has an @ behind a ? or # without a path before may be a password with such a sign in it.
  return String(identity).replace(
    /(:[\\/]*)[^/?#]*(?:(@)|[?#][\s\S]*@[\s\S]*)|([?#])[\s\S]+/g,
    '$1$3***$2',
  );
}
