import { defineBench } from '../src/define.js';

const module = new URL('./variants/idle-connections.ts', import.meta.url);

export default defineBench({
  title: 'memory of an idle connection, client side',
  server: new URL('./servers/echo.ts', import.meta.url),
  variants: {
    ours: { module, params: { transport: 'ours' } },
    'raw ws': { module, params: { transport: 'raw' } },
  },
  // Every round keeps its connections: 2,000 more.
  ops: 2_000,
  rounds: 3,
  warmup: 1,
  targets: [{ metric: 'memory', of: 'ours', against: 'raw ws', atMost: 1.2 }],
});
