import type { StreamableHTTPClientTransportOptions } from '@modelcontextprotocol/client';
import type { Dial } from '../factory-options.js';
import { loadSdk } from './load.js';

/**
 * Streamable HTTP by the official SDK, for the schemes `http` and `https`. The endpoint's headers go
 * with every request. A guard goes in as `fetch`.
 */
export function streamableHttp(options: StreamableHTTPClientTransportOptions = {}): Dial {
  return async (url, { headers }) => {
    const { StreamableHTTPClientTransport } = await loadSdk();
    const { requestInit } = options;
    const given = Object.fromEntries(new Headers(requestInit?.headers));
    return new StreamableHTTPClientTransport(new URL(url), {
      ...options,
      requestInit: { ...requestInit, headers: { ...given, ...headers } },
    });
  };
}
