import { defineBench } from '../src/define.js';

const params = { users: 64, items: 8 };

export default defineBench({
  title: 'acquire + release, 64 users on 8 items',
  variants: {
    ours: { module: new URL('./variants/pool-ours.ts', import.meta.url), params },
    'generic-pool': { module: new URL('./variants/pool-generic.ts', import.meta.url), params },
    tarn: { module: new URL('./variants/pool-tarn.ts', import.meta.url), params },
  },
  ops: 1_000_000,
  targets: [{ metric: 'rate', of: 'ours', against: 'generic-pool', atLeast: 3 }],
});
