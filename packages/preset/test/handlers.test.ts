import { describe, expect, it } from 'vitest';
import { isHandlerError } from '../src/index.js';
import { FakeClock, flush } from './fake-clock.js';
import { clientOf, eventually, startServer } from './workshop.js';

describe.each(['auto', 'sdk'] as const)('a handler that fails (session: %s)', (session) => {
  it('does not make the call run again, whatever its error says of itself', async () => {
    const server = await startServer();
    let asked = 0;
    const client = clientOf({
      session,
      handlers: {
        'elicitation/create': async () => {
          asked++;
          const nested = new Error('the model of the handler is down');
          throw Object.assign(nested, { delivery: 'not-sent', retryable: true });
        },
      },
    });
    const error = await client.callTool(server.url, 'ask').catch((error: unknown) => error);
    expect(error).toSatisfy(isHandlerError);
    expect(error).toMatchObject({ delivery: 'answered', retryable: false });
    expect(asked).toBe(1);
    expect(server.runs).toEqual({});
  });

  it('by hanging ends the call with a typed error, and the connection serves on', async () => {
    const clock = new FakeClock();
    const server = await startServer();
    let signal: AbortSignal | undefined;
    const client = clientOf({
      session,
      clock,
      protocol: { handlerTimeoutMs: 1_000 },
      transport: { pingIntervalMs: 0 },
      handlers: {
        'elicitation/create': (_, context) => {
          signal = context.signal;
          return new Promise(() => {});
        },
      },
    });
    const call = client.callTool(server.url, 'ask').catch((error: unknown) => error);
    await eventually(() => signal).toBeDefined();
    await clock.advance(1_000);
    await flush();
    expect(await call).toSatisfy(isHandlerError);
    expect(signal?.aborted).toBe(true);
    expect(client.stats()).toMatchObject({ leases: 0, connected: 1 });
    await client.callTool(server.url, 'pay');
    expect(server.upgrades).toHaveLength(1);
  });
});
