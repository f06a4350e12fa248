import {
  createUrlGuard,
  development,
  type ProxiedUrl,
  production,
  type UrlGuard,
} from '@x/url-guard';
import type { CreateMcpClientOptions, McpEvent } from './options.js';

/** The guard that the option names; none for `false`. */
export function guardOf(
  security: CreateMcpClientOptions['security'] = 'production',
  observer: ((event: McpEvent) => void) | undefined,
): UrlGuard<ProxiedUrl> | undefined {
  if (security === false) return undefined;
  const options =
    security === 'production' ? production : security === 'development' ? development : security;
  return createUrlGuard({ ...options, ...(observer && { observer }) });
}
