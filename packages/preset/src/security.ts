import {
  createUrlGuard,
  development,
  type ProxiedUrl,
  production,
  type UrlGuard,
} from '@x/url-guard';
import type { CreateMcpClientOptions, Observe } from './options.js';

interface Wiring extends Pick<CreateMcpClientOptions, 'security' | 'clock'> {
  readonly observer: Observe | undefined;
}

/**
 * The guard that the option names; none for `false`.
 *
 * @throws ConfigError of `@x/url-guard` if an option is wrong or unknown
 */
export function guardOf({
  security = 'production',
  observer,
  clock,
}: Wiring): UrlGuard<ProxiedUrl> | undefined {
  if (security === false) return undefined;
  const named = { production, development };
  const options = typeof security === 'string' ? named[security] : security;
  return createUrlGuard({ ...options, observer, clock });
}
