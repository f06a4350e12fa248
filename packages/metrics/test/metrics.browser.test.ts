import { expect, it } from 'vitest';
import { createMetrics, recordEvents, summary } from '../src/index.js';
import { scrape } from '../src/prometheus.js';

it('measures and prints in a browser', () => {
  const metrics = createMetrics({ expireAfterMs: 60_000 });
  const event = { type: 'ws.message.sent', id: 1, url: 'wss://api.example/mcp?t=1', bytes: 12 };
  recordEvents(metrics)(event);
  expect(summary(metrics).bytes_sent).toBe(12);
  expect(scrape(metrics, null).body).toContain(
    'mcp_ws_message_size_bytes_sum{mcp_ws_endpoint="wss://api.example/mcp",mcp_ws_role="client",network_io_direction="transmit"} 12',
  );
});
