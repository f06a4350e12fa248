import { createMetrics } from '@x/metrics';

const metrics = createMetrics();
const bytes = metrics.counter('app.bytes', { unit: 'By' });

const sent = bytes.bind({ direction: 'sent' }); // once
for (const chunk of ['a', 'bc']) sent.add(chunk.length); // often
