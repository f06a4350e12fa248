import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { expect, it } from 'vitest';

const src = fileURLToPath(new URL('../src', import.meta.url));

/** What a browser gets that uses only `names`. */
async function bundle(names: string, minify = true): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: `export ${names} from './index.js';`, resolveDir: src, loader: 'ts' },
    bundle: true,
    write: false,
    minify,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
  });
  return outputFiles[0]?.text ?? '';
}

const gzipped = (text: string) => gzipSync(text, { level: 9 }).length;

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
