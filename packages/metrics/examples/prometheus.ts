import { createServer } from 'node:http';
import { createMetrics, recordEvents } from '@x/metrics';
import { handler } from '@x/metrics/prometheus';

const metrics = createMetrics();
// Give it to the pool, the transport, the client ... as `observer`.
export const observer = recordEvents(metrics);

const scrape = handler(metrics, { labels: { service: 'agent' } });
export const server = createServer((request, response) => {
  if (request.url === '/metrics') return scrape(request, response);
  response.writeHead(404).end();
});
server.listen(Number(process.env.METRICS_PORT ?? 9464), '127.0.0.1');
