import { defineBench } from '../src/define.js';

const one = { inFlight: 1 };
const dials = new URL('./variants/stack-new-connection.ts', import.meta.url);

/** A twentieth more than so many round trips of 40 ms; TCP's own costs nothing on loopback. */
const trips = (count: number) => 1 / (count * 1.05);

export default defineBench({
  title: 'calls through a line of 20 ms each way, one at a time',
  server: new URL('./servers/stack-far.ts', import.meta.url),
  variants: {
    'one round trip': { module: new URL('./variants/stack-raw.ts', import.meta.url), params: one },
    pooled: { module: new URL('./variants/stack-preset.ts', import.meta.url), params: one },
    'new connection': { module: dials, params: { known: true } },
    'first call': dials,
  },
  ops: 20,
  rounds: 5,
  warmup: 1,
  targets: [
    { metric: 'rate', of: 'pooled', against: 'one round trip', atLeast: trips(1) },
    { metric: 'rate', of: 'new connection', against: 'one round trip', atLeast: trips(2) },
    { metric: 'rate', of: 'first call', against: 'one round trip', atLeast: trips(3) },
  ],
});
