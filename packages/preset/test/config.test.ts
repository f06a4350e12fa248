import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  type CreateMcpClientOptions,
  createMcpClient,
  isConfigError,
  type PoolSizing,
} from '../src/index.js';

const problemOf = (options: unknown): { option: string; message: string } => {
  try {
    createMcpClient(options as CreateMcpClientOptions);
  } catch (error) {
    expect(error).toSatisfy(isConfigError);
    return error as { option: string; message: string };
  }
  throw new Error('no ConfigError');
};

describe('wrong options', () => {
  it.each([
    [[], 'options', /must be an object/],
    [{ maxConnections: 5 }, 'maxConnections', /unknown option "maxConnections".*pool, retry/],
    [{ pool: 5 }, 'pool', /an object, got 5/],
    [{ pool: { maxConnections: -1 } }, 'pool.maxConnections', /pool: maxConnections must.*got -1/],
    [{ pool: { maxConections: 1 } }, 'pool.maxConections', /pool: maxConections/],
    [{ pool: { observer() {} } }, 'pool.observer', /use the option observer/],
    [{ pool: { keyOf() {} } }, 'pool.keyOf', /cannot be set/],
    [{ retry: 'linear' }, 'retry', /"simple", "exponential", "circuit-breaker"/],
    [{ retry: {} }, 'retry', /execute/],
    [{ security: true }, 'security', /"production", "development", false/],
    [{ security: { allowLocalhost: true } }, 'security.allowLocalhost', /no option/],
    [{ security: { clock: {} } }, 'security.clock', /use the option clock/],
    [{ metrics: 'yes' }, 'metrics', /true, false or a Meter/],
    [{ metrics: { histogram() {} } }, 'metrics', /Meter/],
    [{ transport: { pingIntervalMs: -1 } }, 'transport.pingIntervalMs', /pingIntervalMs.*-1/],
    [{ transport: { pingInterval: 1 } }, 'transport.pingInterval', /unknown/],
    [{ transport: { headers: {} } }, 'transport.headers', /belong to the endpoint/],
    [{ transport: { guard: {} } }, 'transport.guard', /use the option security/],
    [{ protocol: 5 }, 'protocol', /an object, got 5/],
    [{ protocol: { probeTimeout: 1 } }, 'protocol.probeTimeout', /unknown.*probeTimeoutMs, handl/],
    [{ protocol: { probeTimeoutMs: 0 } }, 'protocol.probeTimeoutMs', /probeTimeoutMs.*got 0/],
    [{ protocol: { handlerTimeoutMs: -1 } }, 'protocol.handlerTimeoutMs', /got -1/],
    [{ protocol: { maxInputRounds: 0.5 } }, 'protocol.maxInputRounds', /got 0.5/],
    [{ protocol: { discoveryTtlMs: -1 } }, 'protocol.discoveryTtlMs', /protocol: .*got -1/],
    [{ protocol: { legacyTtlMs: -1 } }, 'protocol.legacyTtlMs', /protocol: .*got -1/],
    [{ protocol: { maxPages: 0 } }, 'protocol.maxPages', /protocol: .*got 0/],
    [{ protocol: { relistenBaseMs: -1 } }, 'protocol.relistenBaseMs', /protocol: .*got -1/],
    [{ protocol: { relistenMaxMs: -1 } }, 'protocol.relistenMaxMs', /protocol: .*got -1/],
    [{ protocol: { maxInputRounds: 0 }, session: 'sdk' }, 'protocol.maxInputRounds', /got 0/],
    [{ session: 'lean' }, 'session', /"auto", "sdk"/],
    [{ clock: {} }, 'clock', /now\(\), setTimeout\(\)/],
    [{ random: 4 }, 'random', /a function, got 4/],
    [{ observer: {} }, 'observer', /a function/],
    [{ timeoutMs: -1 }, 'timeoutMs', /timeoutMs.*-1/],
    [{ throwOnToolError: 'yes' }, 'throwOnToolError', /true or false/],
    [{ handlers: { 'roots/list': 1 } }, 'handlers', /functions/],
    [{ clientInfo: 'me' }, 'clientInfo', /object/],
    [{ trace: {} }, 'trace', /startCall/],
  ])('%j: a ConfigError for %s', (options, option, message) => {
    const problem = problemOf(options);
    expect(problem.option).toBe(option);
    expect(problem.message).toMatch(message);
  });

  it('what is in the wrong place may be a secret, and is not told', () => {
    expect(problemOf({ retry: 'Bearer hunter2' }).message).not.toContain('hunter2');
    expect(problemOf({ security: ['hunter2'] }).message).not.toContain('hunter2');
  });
});

it('undefined is the same as absent', async () => {
  const names = ['pool', 'retry', 'security', 'metrics', 'transport', 'protocol', 'session'];
  const others = ['timeoutMs', 'clock', 'random', 'observer', 'clientInfo', 'handlers', 'trace'];
  const options = Object.fromEntries([...names, ...others].map((name) => [name, undefined]));
  await createMcpClient(options).close();
  await createMcpClient({ pool: { maxConcurrency: undefined } }).close();
});

it('what the preset sets itself is no option, for the compiler too', () => {
  expectTypeOf<PoolSizing>().not.toHaveProperty('create');
  expectTypeOf<PoolSizing>().not.toHaveProperty('keyOf');
  expectTypeOf<NonNullable<CreateMcpClientOptions['transport']>>().not.toHaveProperty('guard');
});
