import { defineBench } from '../src/define.js';

export default defineBench({
  title: 'acquire + release, uncontended',
  variants: {
    ours: new URL('./variants/pool-ours.ts', import.meta.url),
    'generic-pool': new URL('./variants/pool-generic.ts', import.meta.url),
    tarn: new URL('./variants/pool-tarn.ts', import.meta.url),
  },
  ops: 1_000_000,
  targets: [
    { metric: 'rate', of: 'ours', against: 'generic-pool', atLeast: 5 },
    { metric: 'rate', of: 'ours', against: 'tarn', atLeast: 1.5 },
  ],
});
