import { expect, test } from 'vitest';
import { type BenchDefinition, defineBench } from '../src/define.js';

const module = new URL('file:///a.ts');
const good: BenchDefinition = { title: 'a bench', variants: { a: module, b: module }, ops: 10 };

test('defaults are filled in and a bare URL is a variant without parameters', () => {
  expect(defineBench(good)).toEqual({
    title: 'a bench',
    server: undefined,
    variants: new Map([
      ['a', { module, params: {} }],
      ['b', { module, params: {} }],
    ]),
    ops: 10,
    rounds: 7,
    warmup: 2,
    deadlineMs: 120_000,
    targets: [],
  });
});

const target = { metric: 'rate', of: 'a', against: 'b', atLeast: 2 };

test.each([
  [{ title: '' }, 'title must be a text, got ""'],
  [{ opps: 1 }, 'opps is not a field of a bench'],
  [{ ops: 0 }, 'ops must be a whole number of 1 or more, got 0'],
  [{ ops: 1.5 }, 'ops must be a whole number of 1 or more, got 1.5'],
  [{ rounds: 0 }, 'rounds must be a whole number of 1 or more, got 0'],
  [{ warmup: -1 }, 'warmup must be a whole number of 0 or more, got -1'],
  [{ deadlineMs: '9' }, 'deadlineMs must be a whole number of 1 or more, got "9"'],
  [{ server: 'a.ts' }, 'server must be a URL, got "a.ts"'],
  [{ variants: {} }, 'variants must have at least one'],
  [{ variants: { a: 'a.ts' } }, 'variants.a must be a URL or { module, params }'],
  [{ targets: [{ ...target, metric: 'speed' }] }, 'targets[0].metric must be rate, cpu, memory'],
  [{ targets: [{ ...target, against: 'c' }] }, 'targets[0].against must name a variant, got "c"'],
  [
    { targets: [target, { ...target, atMost: 3 }] },
    'targets[1] must have either atLeast or atMost',
  ],
  [{ targets: [{ ...target, atLeast: 0 }] }, 'targets[0] needs a bound > 0, got 0'],
])('%j is refused: %s', (wrong, message) => {
  const definition = { ...good, ...wrong } as BenchDefinition;
  expect(() => defineBench(definition)).toThrow(
    expect.objectContaining({ code: 'DEFINITION', message: expect.stringContaining(message) }),
  );
});
