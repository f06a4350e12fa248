import type { Dial } from '@x/client';
import { WebSocketClientTransport } from '@x/transport-ws';
import type { ProxiedUrl, UrlGuard } from '@x/url-guard';
import type { CreateMcpClientOptions, Observe } from './options.js';
import { streamableHttp } from './sdk.js';

interface Wiring extends Pick<CreateMcpClientOptions, 'transport' | 'clock'> {
  readonly guard: UrlGuard<ProxiedUrl> | undefined;
  readonly observer: Observe | undefined;
}

/**
 * Which transport serves which URL scheme.
 *
 * @throws ConfigError of `@x/transport-ws` if a setting is wrong or unknown
 */
export function dials({ guard, observer, transport, clock }: Wiring): Record<string, Dial> {
  const settings = { ...transport, guard, observer, clock };
  // Settings are read by the constructor: one that never dials says now what is wrong with them.
  new WebSocketClientTransport('wss://localhost/', settings);

  const webSocket: Dial = (url, { headers, signal }) =>
    new WebSocketClientTransport(url, { ...settings, headers, signal });

  const fetching = streamableHttp(guard?.fetch);
  const http: Dial = async (url, context) => {
    // The guard's fetch judges every request and redirect; a page's guard has none, but this.
    await guard?.check(url, { signal: context.signal });
    return fetching(url, context);
  };

  return { ws: webSocket, wss: webSocket, http, https: http };
}
