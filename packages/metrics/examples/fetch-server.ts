import { createMetrics } from '@x/metrics';
import { scrape } from '@x/metrics/prometheus';

const metrics = createMetrics();

export default {
  fetch(request: Request): Response {
    const { contentType, body } = scrape(metrics, request.headers.get('accept'));
    return new Response(body, { headers: { 'content-type': contentType } });
  },
};
