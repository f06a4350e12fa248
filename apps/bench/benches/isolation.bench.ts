import { defineBench } from '../src/define.js';

const module = new URL('./variants/isolation.ts', import.meta.url);

export default defineBench({
  // Done when the slowest has answered, a round of calls takes what the tail (p99.5) of single calls does.
  title: 'rounds of one call at each of 199 endpoints, alone and beside a black hole',
  server: new URL('./servers/echo.ts', import.meta.url),
  variants: {
    alone: { module, params: { blackHole: false } },
    'beside a black hole': { module, params: { blackHole: true } },
  },
  ops: 100,
  targets: [{ metric: 'rate', of: 'beside a black hole', against: 'alone', atLeast: 0.84 }],
});
