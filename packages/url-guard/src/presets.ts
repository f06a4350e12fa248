import type { UrlPolicyOptions } from './options.js';

/** Encrypted and public only. */
export const production = Object.freeze({
  schemes: Object.freeze(['https', 'wss'] as const),
  allowLoopback: false,
  allowPrivate: false,
}) satisfies UrlPolicyOptions;

/** Plain connections and the own machine, too. Metadata services stay shut. */
export const development = Object.freeze({
  schemes: Object.freeze(['http', 'https', 'ws', 'wss'] as const),
  allowLoopback: true,
  allowPrivate: false,
}) satisfies UrlPolicyOptions;
