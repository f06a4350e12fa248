import { defineBench } from '../src/define.js';

const variant = (name: string, params = {}) => ({
  module: new URL(`./variants/${name}.ts`, import.meta.url),
  params: { inFlight: 64, ...params },
});

export default defineBench({
  title: 'tool calls through the whole stack, 64 in flight',
  server: new URL('./servers/echo.ts', import.meta.url),
  variants: {
    raw: variant('stack-raw'),
    'bare sdk': variant('stack-sdk'),
    'stack on sdk': variant('stack-preset', { session: 'sdk' }),
    stack: variant('stack-preset'),
  },
  ops: 20_000,
  targets: [
    { metric: 'cpu', of: 'stack on sdk', against: 'bare sdk', atMost: 1.1 },
    { metric: 'cpu', of: 'stack', against: 'raw', atMost: 1.5 },
  ],
});
