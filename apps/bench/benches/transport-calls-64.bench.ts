import { defineBench } from '../src/define.js';

const module = new URL('./variants/transport-calls.ts', import.meta.url);

export default defineBench({
  title: 'tool calls of the SDK v2 client, 64 in flight',
  server: new URL('./servers/echo.ts', import.meta.url),
  variants: {
    ours: { module, params: { transport: 'ours', inFlight: 64 } },
    bare: { module, params: { transport: 'bare', inFlight: 64 } },
  },
  ops: 6_400,
  rounds: 11,
  targets: [
    { metric: 'cpu', of: 'ours', against: 'bare', atMost: 0.9 },
    { metric: 'rate', of: 'ours', against: 'bare', atLeast: 1.1 },
  ],
});
