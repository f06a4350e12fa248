import { expect, it } from 'vitest';
import { createUrlGuard, isUnsafeUrlError } from '../src/browser.js';
import { VECTORS } from './vectors.js';

// What only DNS can tell is not for a page to know.
const dnsDecides = new Set(['dns', 'policy']);

it.each(VECTORS)(
  '$id $url: $why',
  async ({ url, expect: expected, group, host, resolves, redirects, policy }) => {
    const guard = createUrlGuard(policy);
    let from: string | undefined;
    let told = 'allow';
    for (const hop of [url, ...(redirects ?? [])]) {
      const checked = await guard.check(hop, { from }).catch((error) => {
        if (!isUnsafeUrlError(error)) throw error;
        expect(guard.inspect(hop, { from })).toEqual({ allowed: false, reason: error.reason });
        return undefined;
      });
      if (checked === undefined) told = 'deny';
      else from = checked.url;
    }
    if (host !== null) expect(new URL(url).hostname).toBe(host);
    if (resolves && dnsDecides.has(group) && expected === 'deny') return;
    expect(told).toBe(expected);
  },
);
