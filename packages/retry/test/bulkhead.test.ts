import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { BulkheadFullError, type BulkheadOptions, bulkhead, retry, wrap } from '../src/index.js';
import { countingSignal, deferred, never, watch } from './calls.js';
import { turn } from './fake-clock.js';

function build(options: BulkheadOptions) {
  const policy = bulkhead(options);
  const start = (call = {}) => {
    const end = deferred();
    const fn = vi.fn(() => end.promise);
    return { ...end, fn, seen: watch(policy.execute(fn, call)) };
  };
  const slots = () => `${policy.active}/${policy.queued}`;
  return { policy, start, slots };
}

describe('limit 2, queue 2', () => {
  it('of five calls two run, two wait and the fifth is refused', async () => {
    const { start, slots } = build({ limit: 2, queue: 2 });
    const calls = [start(), start(), start(), start(), start()];
    await turn();
    expect(calls.map(({ fn }) => fn.mock.calls.length)).toEqual([1, 1, 0, 0, 0]);
    expect(calls[4]?.seen.error).toBeInstanceOf(BulkheadFullError);
    expect(calls[4]?.seen.error).toMatchObject({
      delivery: 'not-sent',
      retryable: false,
      limit: 2,
      queue: 2,
    });
    const seen = [slots()];
    for (const call of calls.slice(0, 4)) {
      call.resolve('ok');
      await turn();
      seen.push(slots());
    }
    expect(seen).toEqual(['2/2', '2/1', '2/0', '1/0', '0/0']);
  });

  it('serves in order, and failures free places too', async () => {
    const { start } = build({ limit: 1, queue: 2 });
    const [one, two, three] = [start(), start(), start()];
    one.reject(new Error('x'));
    await turn();
    expect([two.fn.mock.calls.length, three.fn.mock.calls.length]).toEqual([1, 0]);
  });

  it('a queued call that was aborted does not starve the next', async () => {
    const { start, slots } = build({ limit: 1, queue: 2 });
    const counting = countingSignal();
    const [one, leaver, next] = [start(), start({ signal: counting.signal }), start()];
    counting.abort('stop');
    await turn();
    expect([leaver.seen.error, slots()]).toEqual(['stop', '1/1']);
    one.resolve('ok');
    await turn();
    expect([leaver.fn.mock.calls.length, next.fn.mock.calls.length]).toEqual([0, 1]);
    expect(counting.listeners).toBe(0);
  });

  it('one that is aborted as its turn comes hands it on', async () => {
    const { start, slots } = build({ limit: 1, queue: 2 });
    const controller = new AbortController();
    const { signal } = controller;
    // The bulkhead stops listening at the very moment that it hands the place over.
    const remove = signal.removeEventListener.bind(signal);
    signal.removeEventListener = (type: string, listener: never) => {
      remove(type, listener);
      controller.abort('stop');
    };
    const [one, leaver, next] = [start(), start({ signal }), start()];
    await turn();
    one.resolve('ok');
    await turn();
    expect([leaver.seen.error, leaver.fn.mock.calls.length]).toEqual(['stop', 0]);
    expect(next.fn).toHaveBeenCalledTimes(1);
    next.resolve('ok');
    await turn();
    expect(slots()).toBe('0/0');
  });
});

it('has no queue by default, and its error is not retried', async () => {
  const { policy, start } = build({ limit: 1 });
  start();
  const execute = vi.spyOn(policy, 'execute');
  const seen = watch(wrap(retry(), policy).execute(() => 1));
  await turn();
  expect(seen.error).toBeInstanceOf(BulkheadFullError);
  expect(execute).toHaveBeenCalledTimes(1);
});

it('a call that ignores its abort keeps its place, although its caller is told', async () => {
  const { start, slots, policy } = build({ limit: 1 });
  const counting = countingSignal();
  const call = start({ signal: counting.signal });
  counting.abort('stop');
  await turn();
  expect([call.seen.error, slots(), counting.listeners]).toEqual(['stop', '1/0', 0]);
  expect(policy.busy).toBe(true);
  call.reject(new Error('late'));
  await turn();
  expect([slots(), policy.busy]).toEqual(['0/0', false]);
});

it('a signal that has aborted takes no place', async () => {
  const { start, slots } = build({ limit: 1 });
  const call = start({ signal: AbortSignal.abort('gone') });
  await turn();
  expect([call.seen.error, call.fn.mock.calls.length, slots()]).toEqual(['gone', 0, '0/0']);
});

it('fn that throws frees its place', async () => {
  const { policy } = build({ limit: 1 });
  const seen = watch(
    policy.execute(() => {
      throw 'boom';
    }),
  );
  await turn();
  expect([seen.error, policy.active]).toEqual(['boom', 0]);
});

it('never runs more than the limit, never queues more than the queue, forgets nobody', async () => {
  const step = fc.oneof(
    fc.constant({ do: 'start' as const, which: 0 }),
    fc.record({ do: fc.constantFrom('resolve', 'reject', 'abort'), which: fc.nat(20) }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 3 }),
      fc.nat(3),
      fc.array(step, { maxLength: 40 }),
      async (limit, queue, steps) => {
        const { policy, start } = build({ limit, queue });
        const all: { call: ReturnType<typeof start>; stop: AbortController; ended: boolean }[] = [];
        for (const { do: what, which } of steps) {
          if (what === 'start') {
            const stop = new AbortController();
            all.push({ call: start({ signal: stop.signal }), stop, ended: false });
          } else {
            const one = all[which % Math.max(1, all.length)];
            if (one === undefined) continue;
            if (what === 'abort') one.stop.abort('stop');
            else if (one.call.fn.mock.calls.length > 0) {
              one.ended = true;
              if (what === 'resolve') one.call.resolve('ok');
              else one.call.reject(new Error('x'));
            }
          }
          await turn();
          const running = all.filter(({ call, ended }) => call.fn.mock.calls.length > 0 && !ended);
          expect(policy.active).toBe(running.length);
          expect(policy.active).toBeLessThanOrEqual(limit);
          expect(policy.queued).toBeLessThanOrEqual(queue);
          expect(policy.queued > 0 && policy.active < limit).toBe(false);
        }
        for (let round = 0; round < 50; round++) {
          for (const { call } of all) call.resolve('ok');
          await turn();
        }
        expect([policy.active, policy.queued]).toEqual([0, 0]);
        expect(all.every(({ call }) => call.seen.state !== 'pending')).toBe(true);
      },
    ),
    { numRuns: 50 },
  );
});

it('a call that never ends holds only its own place', async () => {
  const { policy, start } = build({ limit: 2 });
  policy.execute(never).catch(() => {});
  const call = start();
  call.resolve('ok');
  await turn();
  expect(call.seen.value).toBe('ok');
});
