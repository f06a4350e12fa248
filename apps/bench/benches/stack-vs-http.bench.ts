import { defineBench } from '../src/define.js';

const params = { inFlight: 64 };

export default defineBench({
  title: 'tool calls, 64 in flight: the whole stack, and the official SDK over Streamable HTTP',
  server: new URL('./servers/http-and-ws.ts', import.meta.url),
  variants: {
    http: { module: new URL('./variants/http-sdk.ts', import.meta.url), params },
    'stack on sdk': {
      module: new URL('./variants/stack-preset.ts', import.meta.url),
      params: { ...params, session: 'sdk' },
    },
    stack: { module: new URL('./variants/stack-preset.ts', import.meta.url), params },
  },
  ops: 5_000,
  targets: [{ metric: 'rate', of: 'stack', against: 'http', atLeast: 5 }],
});
