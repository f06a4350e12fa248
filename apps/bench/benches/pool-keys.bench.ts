import { defineBench } from '../src/define.js';

const ours = new URL('./variants/pool-ours.ts', import.meta.url);
const map = new URL('./variants/pool-map.ts', import.meta.url);

export default defineBench({
  title: 'acquire + release: 1 key of 1 item, 10,000 keys of 10',
  variants: {
    '1 key': ours,
    '10,000 keys': { module: ours, params: { keys: 10_000, items: 10 } },
    'bare Map, 1 key': map,
    'bare Map, 10,000 keys': { module: map, params: { keys: 10_000 } },
  },
  ops: 1_000_000,
  targets: [{ metric: 'rate', of: '1 key', against: '10,000 keys', atMost: 2 }],
});
