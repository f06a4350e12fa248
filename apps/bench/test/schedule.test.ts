import { expect, test } from 'vitest';
import { schedule } from '../src/schedule.js';

test('variants alternate within each round, the warm-up first', () => {
  const turns = [...schedule(['a', 'b', 'c'], { warmup: 1, rounds: 2 })];
  expect(turns.map(({ variant }) => variant).join('')).toBe('abcabcabc');
  expect(turns.map(({ warmup }) => warmup)).toEqual([
    ...[true, true, true],
    ...Array.from({ length: 6 }, () => false),
  ]);
  expect(turns.map(({ round }) => round)).toEqual([1, 1, 1, 1, 1, 1, 2, 2, 2]);
});

test('there may be no warm-up', () => {
  expect([...schedule(['a'], { warmup: 0, rounds: 1 })]).toEqual([
    { variant: 'a', round: 1, warmup: false },
  ]);
});
