import { defineBench } from '../src/define.js';

const module = new URL('./variants/bare-ws.ts', import.meta.url);

export default defineBench({
  title: 'calls over one bare ws socket, one at a time and 64 in flight',
  server: new URL('./servers/echo.ts', import.meta.url),
  variants: {
    sequential: { module, params: { inFlight: 1 } },
    '64 in flight': { module, params: { inFlight: 64 } },
  },
  ops: 5_000,
});
