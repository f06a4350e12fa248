import { type Dial, McpClient, sessionFactory } from '@x/client';
import { sdkSession } from '@x/client/sdk';
import { createMetrics, recordEvents } from '@x/metrics';
import { createPool } from '@x/pool';
import { strategy } from '@x/retry';
import { WebSocketClientTransport } from '@x/transport-ws';
import { createUrlGuard, development } from '@x/url-guard';

export interface StackEvent {
  readonly type: string;
}

/**
 * All packages, wired by hand. Node and the page run this same file; only what a bundler picks for
 * `@x/transport-ws` and `@x/url-guard` differs.
 */
export function createStack(listener: (event: StackEvent) => void = () => {}) {
  const metrics = createMetrics();
  const record = recordEvents(metrics);
  const observer = (event: StackEvent): void => {
    record(event);
    listener(event);
  };

  // Loopback is where the embedded servers are; private networks and metadata stay shut.
  const guard = createUrlGuard({ ...development, observer });
  const dial: Dial = (url, { headers, signal }) =>
    new WebSocketClientTransport(url, {
      guard,
      observer,
      signal,
      ...(headers && { headers }),
    });

  const factory = sessionFactory({
    session: sdkSession(),
    transports: { ws: dial, wss: dial },
    clientInfo: { name: 'playground', version: '1.0.0' },
    observer,
  });
  const pool = createPool({ ...factory, maxConnections: 4, maxConcurrency: 8, observer });
  const policy = strategy('circuit-breaker', { observer });
  const client = new McpClient({ sessions: pool, forget: factory.forget, policy, observer });
  return { client, metrics, pool };
}

export type Stack = ReturnType<typeof createStack>;
