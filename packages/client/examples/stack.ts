import { createMetrics, recordEvents } from '@x/metrics';
import { createPool } from '@x/pool';
import { strategy } from '@x/retry';
import { WebSocketClientTransport } from '@x/transport-ws';
import { type Dial, McpClient, sessionFactory } from '../src/index.js';
import { sdkSession } from '../src/sdk.js';

const metrics = createMetrics();
const observer = recordEvents(metrics);
const ws: Dial = (url, options) => new WebSocketClientTransport(url, { ...options, observer });
const factory = sessionFactory({
  session: sdkSession(),
  transports: { ws, wss: ws },
  clientInfo: { name: 'my-app', version: '1.0.0' },
  observer,
});

export const client = new McpClient({
  sessions: createPool({ ...factory, maxConnections: 4, maxConcurrency: 64, observer }),
  forget: factory.forget,
  policy: strategy('circuit-breaker', { observer }),
  observer,
});
