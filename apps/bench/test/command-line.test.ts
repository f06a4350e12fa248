import { expect, test } from 'vitest';
import { parseCommand } from '../src/command-line.js';

test('names and options are read', () => {
  expect(parseCommand(['a', 'b', '--rounds', '3', '--ops-scale=0.1', '--out', 'x.json'])).toEqual({
    names: ['a', 'b'],
    all: false,
    help: false,
    json: false,
    rounds: 3,
    opsScale: 0.1,
    out: 'x.json',
  });
});

test.each([
  [['--nope'], "Unknown option '--nope'"],
  [['--rounds'], "Option '--rounds <value>' argument missing"],
  [['--rounds', '0'], '--rounds must be a whole number of 1 or more, got "0"'],
  [['--rounds', '2.5'], '--rounds must be a whole number of 1 or more, got "2.5"'],
  [['--ops-scale', '0'], '--ops-scale must be a number above 0, got "0"'],
  [['--ops-scale', 'Infinity'], '--ops-scale must be a number above 0, got "Infinity"'],
  [['--ops-scale', 'half'], '--ops-scale must be a number above 0, got "half"'],
  [['--out='], '--out must name a file'],
  [['--all', 'pool'], '--all and names of benches exclude each other'],
])('%j is refused: %s', (argv, message) => {
  expect(() => parseCommand(argv)).toThrow(
    expect.objectContaining({ code: 'USAGE', message: expect.stringContaining(message) }),
  );
});
