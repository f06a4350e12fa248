import { describe, expect, expectTypeOf, it, vi } from 'vitest';
import {
  bulkhead,
  type CallContext,
  type Clock,
  ConfigError,
  circuitBreaker,
  constant,
  fallback,
  hedge,
  type Policy,
  perKey,
  retry,
  retryBudget,
  strategy,
  timeout,
  wrap,
} from '../src/index.js';
import { countingSignal, never, notSent, watch } from './calls.js';
import { FakeClock, turn } from './fake-clock.js';

const clock: Clock = new FakeClock();
const all: Record<string, () => Policy> = {
  retry: () => retry(),
  timeout: () => timeout({ timeoutMs: 1_000, clock }),
  circuitBreaker: () => circuitBreaker(),
  bulkhead: () => bulkhead(),
  hedge: () => hedge({ delayMs: 1_000, clock }),
  retryBudget: () => retryBudget(),
  fallback: () => fallback({ to: () => 'instead', when: () => false }),
  perKey: () => perKey(() => circuitBreaker()),
  'wrap of none': () => wrap(),
  'wrap of one': () => wrap(retry()),
  'wrap of all': () =>
    wrap(retry(), circuitBreaker(), bulkhead(), timeout({ timeoutMs: 1_000, clock })),
  'wrap inside out': () =>
    wrap(timeout({ timeoutMs: 1_000, clock }), bulkhead(), circuitBreaker(), retry()),
  simple: () => strategy('simple'),
  exponential: () => strategy('exponential'),
  'circuit-breaker': () => strategy('circuit-breaker'),
};

describe.each(Object.entries(all))('every policy: %s', (_, make) => {
  it('passes values, and errors as they are', async () => {
    const policy = make();
    expect(await policy.execute(() => 7)).toBe(7);
    expect(await policy.execute(async () => 7)).toBe(7);
    for (const error of [new Error('x'), 'boom', undefined, null, 0]) {
      const seen = [
        watch(
          policy.execute(() => {
            throw error;
          }),
        ),
        watch(policy.execute(() => Promise.reject(error))),
      ];
      await turn();
      expect(seen).toEqual([
        { state: 'rejected', error },
        { state: 'rejected', error },
      ]);
    }
  });

  it('gives fn a signal, the attempt, the key and the idempotence', async () => {
    const call = { key: 'k', idempotent: true };
    const context = await make().execute((given) => ({ ...given }), call);
    expect(context).toMatchObject({ attempt: 1, ...call });
    expect(context.signal.aborted).toBe(false);
  });

  it("passes the caller's abort to fn, settles at once and leaves nothing behind", async () => {
    const counting = countingSignal();
    let inner: AbortSignal | undefined;
    const seen = watch(
      make().execute(
        ({ signal }) => {
          inner = signal;
          return never();
        },
        { signal: counting.signal },
      ),
    );
    await turn();
    counting.abort('stop');
    await turn();
    expect(seen).toEqual({ state: 'rejected', error: 'stop' });
    expect(inner?.aborted).toBe(true);
    expect(inner?.reason).toBe('stop');
    expect(counting.listeners).toBe(0);
    expect((clock as FakeClock).timers).toBe(0);
  });

  it('does not start what has been aborted', async () => {
    const fn = vi.fn();
    const seen = watch(make().execute(fn, { signal: AbortSignal.abort('gone') }));
    await turn();
    expect(seen.error).toBe('gone');
    expect(fn).not.toHaveBeenCalled();
  });

  it('takes a signal of null for none', async () => {
    const call = { signal: null as unknown as AbortSignal };
    expect(await make().execute(() => 7, call)).toBe(7);
    const error = new Error('x');
    await expect(make().execute(() => Promise.reject(error), call)).rejects.toBe(error);
  });

  it.each([
    ['call options', null],
    ['call options', 1],
    ['call options', []],
    ['signal', { signal: 1 }],
    ['signal', { signal: {} }],
  ])('rejects wrong %s with a ConfigError naming them, and does not run', async (option, call) => {
    const fn = vi.fn();
    const seen = watch(make().execute(fn, call as never));
    await turn();
    expect(seen.error).toBeInstanceOf(ConfigError);
    expect(seen.error).toMatchObject({ option });
    expect(fn).not.toHaveBeenCalled();
  });

  it('leaves no listener on a signal that lives on', async () => {
    const counting = countingSignal();
    await make().execute(() => 1, { signal: counting.signal });
    await make()
      .execute(() => Promise.reject(new Error('x')), { signal: counting.signal })
      .catch(() => {});
    expect(counting.listeners).toBe(0);
  });

  it('works apart from its object', async () => {
    const { execute } = make();
    expect(await execute(() => 7)).toBe(7);
  });
});

describe('wrap', () => {
  it('puts the first policy outermost', async () => {
    const order: string[] = [];
    const spy = (name: string): Policy => ({
      execute: (fn, call) => {
        order.push(name);
        return retry({ attempts: 1 }).execute(fn, call);
      },
    });
    await wrap(spy('a'), spy('b'), spy('c')).execute(() => order.push('fn'));
    expect(order).toEqual(['a', 'b', 'c', 'fn']);
  });

  it('hands the number of the attempt inwards', async () => {
    const policy = wrap(
      retry({ backoff: constant(0) }),
      circuitBreaker(),
      timeout({ timeoutMs: 50 }),
      hedge({ delayMs: 50 }),
      fallback({ to: () => 0, when: () => false }),
    );
    const attempts: number[] = [];
    await policy.execute(({ attempt }) => {
      attempts.push(attempt);
      if (attempt < 3) throw notSent();
    });
    expect(attempts).toEqual([1, 2, 3]);
  });

  it('carries key and idempotence through a policy that knows neither, and keeps its `this`', async () => {
    class Foreign implements Policy {
      readonly calls: string[] = [];
      execute<T>(fn: (context: CallContext) => T | PromiseLike<T>): Promise<T> {
        this.calls.push('called');
        return Promise.resolve(fn({ signal: new AbortController().signal, attempt: 4 }));
      }
    }
    const foreign = new Foreign();
    const call = { key: 'k', idempotent: true };
    const inner = await wrap(foreign, circuitBreaker()).execute((given) => given, call);
    expect(inner).toMatchObject({ ...call, attempt: 4 });
    await wrap(foreign).execute(() => 1);
    expect(foreign.calls.length).toBe(2);
  });
});

describe('around a policy that hands on', () => {
  const handing = (given: object | undefined): Policy => ({
    execute: async (fn) => fn(given as CallContext),
  });

  it.each([
    ['no context at all', undefined, 1],
    ['the attempt alone', { attempt: 4 }, 4],
  ])('%s, the inner ones have the rest of the call', async (_, given, attempt) => {
    const controller = new AbortController();
    const call = { key: 'k', idempotent: true, signal: controller.signal };
    const inner = await wrap(handing(given), timeout({ timeoutMs: 1_000, clock })).execute(
      (context) => ({ ...context }),
      call,
    );
    expect(inner).toMatchObject({ key: 'k', idempotent: true, attempt });
    const seen = watch(
      wrap(handing(given), timeout({ timeoutMs: 1_000, clock })).execute(never, call),
    );
    controller.abort('stop');
    await turn();
    expect(seen.error).toBe('stop');
  });
});

describe('fallback', () => {
  it('answers instead, with the error at hand', async () => {
    const error = notSent();
    const to = vi.fn(async () => 'instead');
    expect(await fallback({ to }).execute(() => Promise.reject(error))).toBe('instead');
    expect(to.mock.calls).toEqual([[error, expect.objectContaining({ attempt: 1 })]]);
  });

  it('only when asked to; what it throws is the outcome', async () => {
    const when = (error: unknown) => error === 'yes';
    const policy = fallback({
      when,
      to: () => {
        throw 'from to';
      },
    });
    await expect(policy.execute(() => Promise.reject('no'))).rejects.toBe('no');
    await expect(policy.execute(() => Promise.reject('yes'))).rejects.toBe('from to');
  });

  it('has no answer for its own caller that left, before or in it', async () => {
    const to = vi.fn(never);
    const controller = new AbortController();
    const { signal } = controller;
    const early = watch(fallback({ to }).execute(never, { signal }));
    const late = watch(fallback({ to }).execute(() => Promise.reject('x'), { signal }));
    await turn();
    expect([to.mock.calls.length, late.state]).toEqual([1, 'pending']);
    controller.abort('stop');
    await turn();
    expect([early.error, late.error, to.mock.calls.length]).toEqual(['stop', 'stop', 1]);
  });
});

it("satisfies the client's port, and gives back the type of fn", () => {
  interface ClientPolicy {
    execute<T>(
      fn: (context: { signal: AbortSignal; attempt: number }) => Promise<T>,
      options: {
        signal?: AbortSignal;
        key?: string;
        idempotent?: boolean | ((error: unknown) => boolean | Promise<boolean>);
      },
    ): Promise<T>;
  }
  const policy = strategy('circuit-breaker');
  expectTypeOf(policy).toExtend<ClientPolicy>();
  expectTypeOf(circuitBreaker()).toExtend<ClientPolicy>();
  expectTypeOf(policy.execute(async () => 7)).toEqualTypeOf<Promise<number>>();
  expectTypeOf(policy.execute(() => 'x')).toEqualTypeOf<Promise<string>>();
});
