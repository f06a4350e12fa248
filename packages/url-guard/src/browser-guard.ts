import { emitter } from './events.js';
import { admit, examine, type Inspect, inspector, nameOf, report } from './inspect.js';
import { checkOptions } from './option-rules.js';
import type { CheckOptions, UrlPolicyOptions } from './options.js';
import { compilePolicy } from './policy.js';

/** A guard that knows URLs only: a page can neither resolve a name nor choose an address. */
export interface UrlGuard {
  /** Judges a URL by itself. Never throws. */
  readonly inspect: Inspect;
  /**
   * Judges a URL by itself. There are no addresses: what the name resolves to stays unknown.
   * @throws UnsafeUrlError if the URL is refused.
   */
  check(url: string | URL, options?: CheckOptions): Promise<{ url: string }>;
}

/**
 * Builds a guard for a page, which judges URLs only.
 * @throws ConfigError naming the option that is unknown or wrong.
 */
export function createUrlGuard(options: UrlPolicyOptions = {}): UrlGuard {
  checkOptions(options);
  const policy = compilePolicy(options);
  const emit = emitter(options.observer, options.clock ?? performance);
  return {
    inspect: inspector(policy, emit),
    async check(url, { signal, from } = {}) {
      signal?.throwIfAborted();
      const examined = examine(policy, url, from);
      if (emit) report(emit, policy, 'check', nameOf(examined), examined.reason);
      return { url: admit(policy, examined).url.href };
    },
  };
}
