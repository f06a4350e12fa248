/** Whether a name is loopback by definition. RFC 6761 section 6.3. */
export const isLoopbackName = (host: string): boolean =>
  host === 'localhost' || host.endsWith('.localhost');

/** What names something local, never a public server. */
const SUFFIXES = [
  'local', // mDNS, RFC 6762
  'internal', // ICANN, 2024
  'home\\.arpa', // RFC 8375
  'localdomain[46]?', // the customary aliases of localhost in /etc/hosts
  'svc', // Kubernetes services, by the search list of a pod
  ...['intranet', 'private', 'corp', 'home', 'lan'], // RFC 6762 appendix G
];

const RESERVED = new RegExp(`\\.(?:${SUFFIXES.join('|')})$`);

/**
 * Whether a name belongs to the local network: reserved for it, or of a single label, which the
 * search list of the resolver completes.
 */
export const isReservedName = (host: string): boolean =>
  !host.includes('.') || host === 'home.arpa' || RESERVED.test(host);
