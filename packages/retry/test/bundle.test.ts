import { expect, it } from 'vitest';
import { bundler, gzipped } from '../../../test/bundle.js';

const load = bundler(import.meta.url);

/** What a browser gets that uses only `names`. */
const bundle = (names: string, minify = true) =>
  load(`export ${names} from './index.js';`, { minify });

it('all of it is at most 6 KB, minified and gzipped', async () => {
  expect(gzipped(await bundle('*'))).toBeLessThanOrEqual(6 * 1024);
});

it('retry and exponential are at most 2.5 KB', async () => {
  const text = await bundle('{ retry, exponential }');
  expect(text).toContain('retry.scheduled');
  expect(gzipped(text)).toBeLessThanOrEqual(2.5 * 1024);
});

it('retry alone contains nothing of the others', async () => {
  const text = await bundle('{ retry }', false);
  for (const other of [
    'breaker',
    'ircuit',
    'BulkheadFull',
    'TimeoutError',
    'hedge',
    'tokens',
    'fallback',
  ]) {
    expect(text).not.toContain(other);
  }
});

it('what is not used is not there', async () => {
  expect((await bundle('{ constant }')).length).toBeLessThan(1_500);
  expect(await bundle('{}')).toBe('');
});

it('nothing in it is of Node alone', async () => {
  expect(await bundle('*', false)).not.toMatch(/node:|\bprocess\b|\bBuffer\b|\brequire\b/);
});
