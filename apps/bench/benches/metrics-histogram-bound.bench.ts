import { defineBench } from '../src/define.js';

const params = { instrument: 'histogram', bound: true };

export default defineBench({
  title: 'histogram, attributes bound beforehand',
  variants: {
    ours: { module: new URL('./variants/metrics-ours.ts', import.meta.url), params },
    'prom-client': {
      module: new URL('./variants/metrics-prom-client.ts', import.meta.url),
      params,
    },
  },
  ops: 2_000_000,
  targets: [{ metric: 'rate', of: 'ours', against: 'prom-client', atLeast: 1.5 }],
});
