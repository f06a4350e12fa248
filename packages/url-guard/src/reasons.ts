/** Why a URL is refused: a closed set, one for each rule, in the order in which the rules are asked. */
export type UnsafeUrlReason =
  /** It does not parse. */
  | 'unparsable'
  /** Its scheme is not one of `schemes`; a UNIX socket has none. */
  | 'scheme'
  /** It carries user information, even if empty. */
  | 'credentials'
  /** It contains a backslash or a control character. */
  | 'characters'
  /** Its port is bad, or not one of `ports`. */
  | 'port'
  /** Its host has an empty label. */
  | 'empty-label'
  /** It is a WebSocket URL with a fragment. */
  | 'fragment'
  /** A redirect would leave encryption behind. */
  | 'downgrade'
  /** Its name or address is on `denyHosts` or `denyCidrs`. */
  | 'denied'
  /** Its name or address is that of a metadata service. */
  | 'metadata'
  /** There is an allow list, and it is not on it. */
  | 'not-allowed'
  /** Its name would be resolved by the proxy, and is not on an allow list. */
  | 'proxy'
  /** Its name is one of the local network. */
  | 'reserved-name'
  /** Its name has no address, or the resolver failed. */
  | 'unresolvable'
  /** Its name has addresses that pass and addresses that do not. */
  | 'mixed-answer'
  /** Its IPv6 address carries an IPv4 address. */
  | 'embedded-ipv4'
  /** Its address is loopback. */
  | 'loopback'
  /** Its address is private. */
  | 'private'
  /** Its address is not publicly reachable for another reason. */
  | 'special-purpose';
