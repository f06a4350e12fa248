import { defineBench } from '../src/define.js';

const module = new URL('./variants/balancer-client.ts', import.meta.url);

export default defineBench({
  title: 'calls to a service of one, two and four servers of limited capacity behind a balancer',
  server: new URL('./servers/balancer.ts', import.meta.url),
  variants: {
    'one server': { module, params: { service: 0 } },
    'two servers': { module, params: { service: 1 } },
    'four servers': { module, params: { service: 2 } },
  },
  ops: 1_000,
  rounds: 5,
  warmup: 1,
  targets: [
    { metric: 'rate', of: 'two servers', against: 'one server', atLeast: 1.8 },
    { metric: 'rate', of: 'four servers', against: 'one server', atLeast: 3.4 },
  ],
});
