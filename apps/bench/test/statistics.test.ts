import fc from 'fast-check';
import { expect, test } from 'vitest';
import { median, summarize } from '../src/statistics.js';

test('the median is the middle value, and the mean of the two middle ones of an even number', () => {
  expect(median([3])).toBe(3);
  expect(median([9, 1, 5])).toBe(5);
  expect(median([10, 1, 2, 4])).toBe(3);
  expect(median([])).toBeNaN();
});

test('values are ordered as numbers and left as they were', () => {
  const values = [100, 9, 20];
  expect(median(values)).toBe(20);
  expect(values).toEqual([100, 9, 20]);
});

test('one outlier moves neither median nor deviation', () => {
  expect(summarize([10, 11, 12, 13, 1000])).toEqual({
    median: 12,
    deviation: 1,
    min: 10,
    max: 1000,
  });
});

test('at least half of all values lie within the deviation', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -1e6, max: 1e6 }), { minLength: 1 }), (values) => {
      const { median: middle, deviation, min, max } = summarize(values);
      const near = values.filter((value) => Math.abs(value - middle) <= deviation);
      expect(near.length * 2).toBeGreaterThanOrEqual(values.length);
      expect(middle).toBeGreaterThanOrEqual(min);
      expect(middle).toBeLessThanOrEqual(max);
    }),
  );
});
