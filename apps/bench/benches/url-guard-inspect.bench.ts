import { defineBench } from '../src/define.js';

const url = 'https://mcp.example.com/mcp';

export default defineBench({
  title: 'inspect of a plain public host, beside nothing but new URL(url)',
  variants: {
    inspect: {
      module: new URL('./variants/url-guard-inspect.ts', import.meta.url),
      params: { url },
    },
    'new URL': {
      module: new URL('./variants/url-guard-parse.ts', import.meta.url),
      params: { url },
    },
  },
  ops: 500_000,
  targets: [
    { metric: 'rate', of: 'inspect', against: 'new URL', atLeast: 1 / 4 },
    { metric: 'cpu', of: 'inspect', against: 'new URL', atMost: 4 },
  ],
});
