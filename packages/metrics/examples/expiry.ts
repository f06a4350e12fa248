import { createMetrics } from '@x/metrics';

const metrics = createMetrics({ maxSeries: 10_000, expireAfterMs: 3_600_000 });
const sessions = metrics.counter('app.messages');

sessions.add(1, { tenant: 'acme' });
sessions.remove({ tenant: 'acme' }); // at once, when you know that it is gone
