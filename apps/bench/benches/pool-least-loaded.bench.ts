import { defineBench } from '../src/define.js';

const ours = new URL('./variants/pool-ours.ts', import.meta.url);

export default defineBench({
  title: 'finding the least loaded of 10 and of 1,000 items, 64 users',
  variants: {
    '10 items': { module: ours, params: { users: 64, items: 10, concurrency: 8 } },
    '1,000 items': { module: ours, params: { users: 64, items: 1_000, concurrency: 8 } },
  },
  ops: 1_000_000,
  targets: [{ metric: 'rate', of: '10 items', against: '1,000 items', atMost: 1.5 }],
});
