import { defineBench } from '../src/define.js';

const params = { instrument: 'histogram', bound: false };

export default defineBench({
  title: 'histogram, three attributes given with each measurement',
  variants: {
    ours: { module: new URL('./variants/metrics-ours.ts', import.meta.url), params },
    'prom-client': {
      module: new URL('./variants/metrics-prom-client.ts', import.meta.url),
      params,
    },
    opentelemetry: {
      module: new URL('./variants/metrics-opentelemetry.ts', import.meta.url),
      params,
    },
  },
  ops: 500_000,
  targets: [
    { metric: 'rate', of: 'ours', against: 'prom-client', atLeast: 1.5 },
    { metric: 'rate', of: 'ours', against: 'opentelemetry', atLeast: 1.5 },
  ],
});
