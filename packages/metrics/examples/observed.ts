import { createMetrics } from '@x/metrics';

const metrics = createMetrics();
const queues = new Map([['mail', ['a', 'b']]]);

metrics.gauge('app.queue.length', {
  description: 'Jobs that wait.',
  unit: '{job}',
  observe(record) {
    for (const [queue, jobs] of queues) record(jobs.length, { queue });
  },
});
