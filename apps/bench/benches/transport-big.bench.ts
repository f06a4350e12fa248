import { defineBench } from '../src/define.js';

export default defineBench({
  title: 'tool results of 1 MiB, one at a time',
  server: new URL('./servers/echo.ts', import.meta.url),
  variants: {
    ours: new URL('./variants/transport-big.ts', import.meta.url),
    'raw ws': {
      module: new URL('./variants/bare-ws.ts', import.meta.url),
      params: { inFlight: 1, bytes: 1_048_576 },
    },
  },
  ops: 150,
  rounds: 11,
  targets: [{ metric: 'rate', of: 'ours', against: 'raw ws', atLeast: 0.9 }],
});
