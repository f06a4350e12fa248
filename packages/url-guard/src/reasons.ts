/** Why a URL is refused, one entry for each rule, in the order in which the rules are asked. */
export const EXPLANATIONS = {
  unparsable: 'it does not parse',
  scheme: 'its scheme is not allowed',
  credentials: 'it carries credentials',
  characters: 'it contains a backslash or a control character',
  port: 'its port is not allowed',
  'empty-label': 'its host has an empty label',
  fragment: 'a WebSocket URL may not have a fragment',
  downgrade: 'it would leave encryption behind on a redirect',
  denied: 'it is on a deny list',
  metadata: 'it is a metadata service',
  'not-allowed': 'it is not on the allow list',
  proxy: 'it is a name that only the proxy resolves, and not on the allow list',
  'reserved-name': 'its name is reserved for local use',
  unresolvable: 'its name does not resolve',
  'mixed-answer': 'its name resolves to public and to other addresses',
  'embedded-ipv4': 'its IPv6 address carries an IPv4 address',
  loopback: 'its address is loopback',
  private: 'its address is private',
  'special-purpose': 'its address is not publicly reachable',
} as const;

/** Why a URL was refused: a closed set, the same in errors, events and verdicts. */
export type UnsafeUrlReason = keyof typeof EXPLANATIONS;
