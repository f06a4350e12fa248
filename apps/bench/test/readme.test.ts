import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { USAGE } from '../src/command-line.js';

const text = (path: string) => readFile(new URL(path, import.meta.url), 'utf8');

test('the example in the README is the bench that it names', async () => {
  const [, path, code] = /<!-- (\S+) -->\n```ts\n(.*?)```/s.exec(await text('../README.md')) ?? [];
  expect(code).toBe(await text(`../${path}`));
});

test('README and --help name the same options', async () => {
  const named = (source: string) => new Set(source.match(/--(?!help)[a-z][a-z-]+/g));
  expect(named(await text('../README.md'))).toEqual(named(USAGE));
});
