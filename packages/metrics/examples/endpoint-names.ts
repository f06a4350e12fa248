import { createMetrics, recordEvents } from '@x/metrics';

const names = new Map([['search.example', 'search']]);

export const observer = recordEvents(createMetrics(), {
  endpoint: (url) => names.get(url.hostname) ?? 'other',
});
