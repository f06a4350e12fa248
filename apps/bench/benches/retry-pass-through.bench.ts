import { defineBench } from '../src/define.js';

const variant = (name: string, params: { signal: boolean; read: boolean }) => ({
  module: new URL(`./variants/retry-${name}.ts`, import.meta.url),
  params,
});

// What a call pays that needs no retry: the cost that everybody pays all the time.
export default defineBench({
  title: 'retry + breaker + timeout around a call that succeeds',
  variants: {
    ours: variant('ours', { signal: false, read: false }),
    cockatiel: variant('cockatiel', { signal: false, read: false }),
    'ours, reading the signal': variant('ours', { signal: false, read: true }),
    'cockatiel, reading the signal': variant('cockatiel', { signal: false, read: true }),
    "ours, with the caller's signal": variant('ours', { signal: true, read: true }),
    "cockatiel, with the caller's signal": variant('cockatiel', { signal: true, read: true }),
  },
  ops: 50_000,
  targets: [
    { metric: 'rate', of: 'ours', against: 'cockatiel', atLeast: 2 },
    { metric: 'cpu', of: 'ours', against: 'cockatiel', atMost: 0.5 },
    {
      metric: 'rate',
      of: 'ours, reading the signal',
      against: 'cockatiel, reading the signal',
      atLeast: 2,
    },
    {
      metric: 'rate',
      of: "ours, with the caller's signal",
      against: "cockatiel, with the caller's signal",
      atLeast: 1.5,
    },
  ],
});
