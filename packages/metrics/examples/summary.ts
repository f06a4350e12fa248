import { createMetrics, recordEvents, summary } from '@x/metrics';

const metrics = createMetrics();
export const observer = recordEvents(metrics);
// ... give `observer` to the packages, make some calls ...

const numbers = summary(metrics);
console.log(`Pool efficiency: ${(numbers.websocket_pool_efficiency * 100).toFixed(1)} %`);
for (const [endpoint, { calls, avg_time, max_time }] of Object.entries(numbers.endpoints)) {
  console.log(`${endpoint}: ${calls} calls, ${avg_time} s on average, ${max_time} s at most`);
}
