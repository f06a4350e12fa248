import { defineBench } from '../src/define.js';

const module = new URL('./variants/idle-connections.ts', import.meta.url);

export default defineBench({
  title: 'memory of an idle connection, client side',
  server: new URL('./servers/echo.ts', import.meta.url),
  variants: {
    ours: { module, params: { transport: 'ours' } },
    'raw ws': { module, params: { transport: 'raw' } },
  },
  // Every round keeps its connections: 2,000 more. A warm-up would leave garbage behind, whose place
  // the connections of the next round would take.
  ops: 2_000,
  rounds: 4,
  warmup: 0,
  targets: [{ metric: 'memory', of: 'ours', against: 'raw ws', atMost: 1.2 }],
});
