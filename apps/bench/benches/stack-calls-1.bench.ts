import { defineBench } from '../src/define.js';

const variant = (name: string, params = {}) => ({
  module: new URL(`./variants/${name}.ts`, import.meta.url),
  params: { inFlight: 1, ...params },
});

export default defineBench({
  title: 'tool calls through the whole stack, one at a time',
  server: new URL('./servers/echo.ts', import.meta.url),
  variants: {
    raw: variant('stack-raw'),
    'bare sdk': variant('stack-sdk'),
    'stack on sdk': variant('stack-preset', { session: 'sdk' }),
    stack: variant('stack-preset'),
  },
  ops: 15_000,
  targets: [{ metric: 'cpu', of: 'stack on sdk', against: 'bare sdk', atMost: 1.1 }],
});
