import { defineBench } from '../src/define.js';

const params = { inFlight: 1 };

export default defineBench({
  title: 'calls through a session, one at a time',
  server: new URL('./servers/echo.ts', import.meta.url),
  variants: {
    raw: { module: new URL('./variants/session-raw.ts', import.meta.url), params },
    ours: { module: new URL('./variants/session-ours.ts', import.meta.url), params },
    'ours on @x/transport-ws': {
      module: new URL('./variants/session-ours.ts', import.meta.url),
      params: { ...params, coalesced: true },
    },
    sdk: { module: new URL('./variants/session-sdk.ts', import.meta.url), params },
  },
  ops: 20_000,
  targets: [{ metric: 'cpu', of: 'ours', against: 'raw', atMost: 1.15 }],
});
