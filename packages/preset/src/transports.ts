import type { Dial } from '@x/client';
import { WebSocketClientTransport } from '@x/transport-ws';
import type { ProxiedUrl, UrlGuard } from '@x/url-guard';
import type { McpEvent, TransportSettings } from './options.js';

interface Wiring {
  readonly guard: UrlGuard<ProxiedUrl> | undefined;
  readonly observer: ((event: McpEvent) => void) | undefined;
  readonly settings: TransportSettings | undefined;
}

/** Which transport serves which URL scheme. */
export function dials({ guard, observer, settings }: Wiring): Record<string, Dial> {
  const webSocket: Dial = (url, { headers, signal }) =>
    new WebSocketClientTransport(url, {
      ...settings,
      ...(guard && { guard }),
      ...(observer && { observer }),
      ...(headers && { headers }),
      signal,
    });
  const http: Dial = async (url, context) => {
    const { streamableHttp } = await import('@x/client/sdk');
    return streamableHttp(guard && { fetch: guard.fetch })(url, context);
  };
  return { ws: webSocket, wss: webSocket, http, https: http };
}
