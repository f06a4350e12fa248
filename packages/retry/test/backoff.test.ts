import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Backoff, constant, exponential, retry, sequence } from '../src/index.js';
import { failure, notSent } from './calls.js';
import { FakeClock } from './fake-clock.js';

/** The delays that a retry really waits, as told to `onRetry`. */
async function delays(backoff: Backoff, retries: number, random = () => 0.5, error = notSent()) {
  const clock = new FakeClock();
  const told: number[] = [];
  const waited: number[] = [];
  let last = clock.now();
  const policy = retry({
    attempts: retries + 1,
    backoff,
    clock,
    random,
    onRetry: ({ delayMs }) => told.push(delayMs),
  });
  const call = policy
    .execute(({ attempt }) => {
      if (attempt > 1) waited.push(clock.now() - last);
      last = clock.now();
      throw error;
    })
    .catch(() => {});
  await clock.run();
  await call;
  expect(waited).toEqual(told);
  return told;
}

const jitter = 'none';

describe('the timing vectors of p-retry, undici, cockatiel and AWS', () => {
  it.each([
    ['p-retry, factor 2', { baseMs: 100, factor: 2, jitter }, [100, 200, 400]],
    ['p-retry, factor 0.5', { baseMs: 100, factor: 0.5, jitter }, [100, 50, 25]],
    ['p-retry, factor 0.1', { baseMs: 100, factor: 0.1, jitter }, [100, 10]],
    ['p-retry, factor 3, max 150', { baseMs: 100, factor: 3, maxMs: 150, jitter }, [100, 150, 150]],
    ['p-retry, factor 0', { baseMs: 100, factor: 0, jitter }, [100, 100, 100]],
    ['p-retry, factor -1', { baseMs: 100, factor: -1, jitter }, [100, 100, 100]],
    [
      'undici',
      { baseMs: 500, factor: 2, maxMs: 30_000, jitter },
      [500, 1_000, 2_000, 4_000, 8_000],
    ],
    [
      'cockatiel',
      { baseMs: 128, maxMs: 30_000, jitter },
      [128, 256, 512, 1_024, 2_048, 4_096, 8_192, 16_384, 30_000, 30_000],
    ],
  ] as const)('%s', async (_, options, expected) => {
    expect(await delays(exponential(options), expected.length)).toEqual(expected);
  });

  it.each([
    [0, 0],
    [0.5, 64],
    [0.999, 127],
  ])('cockatiel, full jitter: random %d of 128 is %d', async (random, first) => {
    const backoff = exponential({ baseMs: 128, maxMs: 30_000, jitter: 'full' });
    expect(await delays(backoff, 1, () => random)).toEqual([first]);
  });

  it.each([
    [0, 64],
    [0.5, 96],
    [0.999, 127],
  ])('cockatiel, half jitter: random %d of 128 is %d', async (random, first) => {
    const backoff = exponential({ baseMs: 128, maxMs: 30_000, jitter: 'equal' });
    expect(await delays(backoff, 1, () => random)).toEqual([first]);
  });

  it('AWS, decorrelated: min(cap, random(base, 3 * previous))', async () => {
    const backoff = exponential({ baseMs: 100, maxMs: 1_000, jitter: 'decorrelated' });
    expect(await delays(backoff, 4, () => 0.5)).toEqual([200, 350, 575, 912]);
    expect(await delays(backoff, 5, () => 0.9999)).toEqual([299, 896, 1_000, 1_000, 1_000]);
    expect(await delays(backoff, 3, () => 0)).toEqual([100, 100, 100]);
  });

  it('cockatiel #86: 3,000 decorrelated steps never leave their bounds', () => {
    const backoff = exponential({ baseMs: 45_000, maxMs: 900_000, jitter: 'decorrelated' });
    let previousMs: number | undefined;
    for (let retry = 1; retry <= 3_000; retry++) {
      previousMs = backoff.delayMs({ retry, previousMs, random: Math.random });
      expect(previousMs).toBeGreaterThanOrEqual(0);
      expect(previousMs).toBeLessThanOrEqual(900_000);
    }
  });

  it('full jitter is the default, of 1 s doubling up to 30 s', () => {
    const at = (retry: number, random: number) =>
      exponential().delayMs({ retry, previousMs: undefined, random: () => random });
    expect([1, 2, 3, 6, 60].map((retry) => at(retry, 0.5))).toEqual([
      500, 1_000, 2_000, 15_000, 15_000,
    ]);
    expect(at(3, 0)).toBe(0);
  });
});

it('constant waits the same each time, sequence repeats its last delay', async () => {
  expect(await delays(constant(70), 3)).toEqual([70, 70, 70]);
  expect(await delays(sequence([10, 20]), 4)).toEqual([10, 20, 20, 20]);
});

it('a sequence does not change with the list that it was made from', async () => {
  const list = [10, 20];
  const backoff = sequence(list);
  list[0] = 99;
  expect(await delays(backoff, 2)).toEqual([10, 20]);
});

it('a base of 0 stays 0 where the factor overflows', () => {
  const backoff = exponential({ baseMs: 0, jitter: 'none' });
  expect(backoff.delayMs({ retry: 5_000, previousMs: undefined, random: () => 0 })).toBe(0);
});

it('every delay lies within its bounds', () => {
  fc.assert(
    fc.property(
      fc.record({
        baseMs: fc.nat(100_000),
        factor: fc.double({ min: -2, max: 10, noNaN: true }),
        maxMs: fc.nat(1_000_000),
        jitter: fc.constantFrom('full', 'equal', 'decorrelated', 'none'),
      }),
      fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 1 }),
      (options, chances) => {
        const backoff = exponential(options as Parameters<typeof exponential>[0]);
        let previousMs: number | undefined;
        chances.forEach((chance, index) => {
          const retry = index + 1;
          previousMs = backoff.delayMs({ retry, previousMs, random: () => chance });
          const { baseMs, maxMs } = options;
          const growth = options.factor > 0 ? options.factor : 1;
          const plain = baseMs && Math.min(maxMs, baseMs * growth ** index);
          const [least, most] = {
            full: [0, plain],
            equal: [Math.floor(plain / 2), plain],
            decorrelated: [Math.min(baseMs, maxMs), maxMs],
            none: [Math.round(plain), Math.round(plain)],
          }[options.jitter] as [number, number];
          expect(previousMs).toBeGreaterThanOrEqual(least);
          expect(previousMs).toBeLessThanOrEqual(most);
        });
      },
    ),
  );
});

describe("a server's retryAfterMs", () => {
  const told = (retryAfterMs: number) => failure({ delivery: 'not-sent', retryAfterMs });

  it('is waited for when it is longer than the backoff', async () => {
    const backoff = exponential({ baseMs: 500, maxMs: 30_000, jitter });
    expect(await delays(backoff, 2, undefined, told(1_000))).toEqual([1_000, 1_000]);
    expect(await delays(constant(5), 1, undefined, told(120_000))).toEqual([120_000]);
  });

  it('is a lower bound: a longer backoff stays', async () => {
    expect(await delays(constant(500), 1, undefined, told(10))).toEqual([500]);
  });

  it('of 0, or of nonsense, leaves the delay to the backoff', async () => {
    for (const wrong of [0, -5, Number.NaN, '7' as unknown as number]) {
      expect(await delays(constant(50), 1, undefined, told(wrong))).toEqual([50]);
    }
  });

  it('beyond the longest delay ends the call, and is not shortened', async () => {
    expect(await delays(exponential({ maxMs: 30_000 }), 3, undefined, told(120_000))).toEqual([]);
    expect(await delays(constant(5), 3, undefined, told(Number.POSITIVE_INFINITY))).toEqual([]);
  });

  it('is not lowered by jitter', async () => {
    expect(await delays(exponential({ baseMs: 10 }), 1, () => 0, told(900))).toEqual([900]);
  });

  it('has the jitter on top, so that those who were told the same do not come back together', async () => {
    expect(await delays(exponential({ baseMs: 100 }), 2, () => 0.5, told(900))).toEqual([
      950, 1_000,
    ]);
    const nearlyLongest = exponential({ baseMs: 100, maxMs: 910 });
    expect(await delays(nearlyLongest, 1, () => 0.5, told(900))).toEqual([910]);
  });
});
