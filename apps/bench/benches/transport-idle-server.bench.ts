import { defineBench } from '../src/define.js';

const module = new URL('./variants/idle-server.ts', import.meta.url);

export default defineBench({
  title:
    'memory of an idle connection at the server (RSS/op); "with the SDK" adds an initialized McpServer',
  variants: {
    'raw ws': { module, params: { side: 'raw' } },
    ours: { module, params: { side: 'ours' } },
    'ours, with the SDK': { module, params: { side: 'sdk' } },
  },
  ops: 2_000,
  rounds: 6,
  warmup: 2,
  targets: [{ metric: 'memory', of: 'ours', against: 'raw ws', atMost: 1.2 }],
});
