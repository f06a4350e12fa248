import type { UrlPolicyOptions } from './options.js';

/** Encrypted and public only. */
export const production = {
  schemes: ['https', 'wss'],
  allowLoopback: false,
  allowPrivate: false,
} as const satisfies UrlPolicyOptions;

/** Plain connections and the own machine, too. Metadata services stay shut. */
export const development = { allowLoopback: true } as const satisfies UrlPolicyOptions;
