import { defineBench } from '../src/define.js';

const module = new URL('./variants/transport-calls.ts', import.meta.url);

export default defineBench({
  title: 'tool calls of the SDK v2 client, one at a time',
  server: new URL('./servers/echo.ts', import.meta.url),
  variants: {
    ours: { module, params: { transport: 'ours', inFlight: 1 } },
    bare: { module, params: { transport: 'bare', inFlight: 1 } },
  },
  ops: 3_000,
  rounds: 11,
  targets: [{ metric: 'cpu', of: 'ours', against: 'bare', atMost: 1.05 }],
});
