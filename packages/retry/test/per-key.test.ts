import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { bulkhead, type CircuitBreaker, circuitBreaker, perKey, wrap } from '../src/index.js';
import { never, notSent } from './calls.js';
import { FakeClock, turn } from './fake-clock.js';

const clock = () => new FakeClock();
const fail = (policy: CircuitBreaker) =>
  policy.execute(() => Promise.reject(notSent())).catch(() => {});

it('each key has a policy of its own, made once', async () => {
  const make = vi.fn(() => circuitBreaker({ consecutive: 1 }));
  const breakers = perKey(make);
  const call = (key: string, fn: () => unknown) => breakers.execute(fn, { key });
  await call('a', () => Promise.reject(notSent())).catch(() => {});
  await expect(call('a', () => 1)).rejects.toMatchObject({ code: 'CIRCUIT_OPEN' });
  expect(await call('b', () => 1)).toBe(1);
  expect(make.mock.calls).toEqual([['a'], ['b']]);
  expect(breakers.size).toBe(2);
});

it('keys are told apart as in a Map, awkward ones too', () => {
  const policies = perKey(() => circuitBreaker());
  const keys = ['__proto__', 'constructor', '', undefined, null, 0, '0', {}, {}];
  const made = keys.map((key) => policies.get(key));
  expect(new Set(made).size).toBe(keys.length);
  expect(keys.map((key) => policies.get(key))).toEqual(made);
});

it('calls without a key share one policy, and fn is told the key', async () => {
  const policies = perKey(() => circuitBreaker());
  await policies.execute(() => 1);
  await policies.execute(() => 1, {});
  expect(policies.size).toBe(1);
  expect((await policies.execute((context) => context, { key: 'k' })).key).toBe('k');
});

it('beyond maxKeys the least recently used one goes', () => {
  const policies = perKey(() => circuitBreaker(), { maxKeys: 2 });
  const [a, b] = [policies.get('a'), policies.get('b')];
  policies.get('a');
  policies.get('c');
  expect(policies.size).toBe(2);
  expect(policies.get('a')).toBe(a);
  expect(policies.get('b')).not.toBe(b);
});

it('a key that was not used for idleMs is forgotten', () => {
  const time = clock();
  const policies = perKey(() => circuitBreaker(), { idleMs: 100, clock: time });
  const [a, b] = [policies.get('a'), policies.get('b')];
  time.skip(99);
  expect(policies.get('a')).toBe(a);
  time.skip(1);
  expect(policies.get('a')).toBe(a);
  expect(policies.size).toBe(1);
  expect(policies.get('b')).not.toBe(b);
  expect(time.timers).toBe(0);
});

it('an open circuit is not forgotten before its time, an isolated one not at all', async () => {
  const time = clock();
  const make = () => circuitBreaker({ consecutive: 1, openMs: 1_000, clock: time });
  const policies = perKey(make, { idleMs: 100, maxKeys: 3, clock: time });
  const [open, held] = [policies.get('open'), policies.get('held')];
  await fail(open);
  held.isolate();
  time.skip(500);
  for (const key of ['x', 'y', 'z']) policies.get(key);
  expect([policies.get('open'), policies.get('held')]).toEqual([open, held]);
  time.skip(1_000);
  expect(policies.get('held')).toBe(held);
  expect(policies.get('open')).not.toBe(open);
});

it('a bulkhead with calls in it is not forgotten, also inside a wrap', async () => {
  const time = clock();
  const policies = perKey(() => wrap(circuitBreaker(), bulkhead({ limit: 1 })), {
    idleMs: 100,
    clock: time,
  });
  policies.execute(never, { key: 'a' }).catch(() => {});
  await turn();
  time.skip(1_000);
  policies.get('b');
  await expect(policies.execute(() => 1, { key: 'a' })).rejects.toMatchObject({
    code: 'BULKHEAD_FULL',
  });
});

it('a `make` that throws, or makes no policy, rejects the call and is asked again', async () => {
  let wrong: 'throws' | 'nothing' | 'no' = 'throws';
  const policies = perKey(() => {
    if (wrong === 'throws') throw new Error('no policy');
    return wrong === 'nothing' ? (undefined as never) : circuitBreaker();
  });
  await expect(policies.execute(() => 1)).rejects.toThrow('no policy');
  wrong = 'nothing';
  await expect(policies.execute(() => 1)).rejects.toMatchObject({ code: 'CONFIG' });
  wrong = 'no';
  expect(await policies.execute(() => 1)).toBe(1);
});

it('never holds more than maxKeys, whatever is busy', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.record({ key: fc.nat(9), busy: fc.boolean(), skip: fc.nat(80) })),
      (maxKeys, steps) => {
        const time = clock();
        const make = () => ({ busy: false, execute: circuitBreaker().execute });
        const policies = perKey(make, { maxKeys, idleMs: 100, clock: time });
        for (const { key, busy, skip } of steps) {
          time.skip(skip);
          const policy = policies.get(key);
          expect(policies.get(key)).toBe(policy);
          policy.busy = busy;
          expect(policies.size).toBeLessThanOrEqual(maxKeys);
        }
      },
    ),
  );
});

it('a new key among many busy ones costs a glance at a few', () => {
  let asked = 0;
  const make = () => ({
    get busy() {
      asked++;
      return true;
    },
    execute: circuitBreaker().execute,
  });
  const policies = perKey(make, { maxKeys: 1_000 });
  for (let key = 0; key < 1_000; key++) policies.get(key);
  asked = 0;
  policies.get('new');
  expect(policies.size).toBe(1_000);
  expect(asked).toBeLessThan(50);
});

it('idleMs of 0 forgets nobody', () => {
  const time = clock();
  const policies = perKey(() => circuitBreaker(), { idleMs: 0, clock: time });
  const policy = policies.get('a');
  time.skip(1e12);
  expect(policies.get('a')).toBe(policy);
});
