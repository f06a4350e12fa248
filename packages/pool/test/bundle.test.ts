import { describe, expect, it } from 'vitest';
import { bundler, gzipped } from '../../../test/bundle.js';

const bundle = bundler(import.meta.url);

describe('the bundle', () => {
  it('is at most 6 KB, minified and gzipped', async () => {
    const code = await bundle(`export * from './index.js';`);
    expect(gzipped(code)).toBeLessThanOrEqual(6 * 1024);
  });

  it('asks nothing of Node', async () => {
    const code = await bundle(`export * from './index.js';`, { minify: false });
    expect(code).not.toMatch(/\brequire\(|from ["']|import\(|\bprocess\b|\bBuffer\b|node:/);
  });

  it('leaves out what is not used', async () => {
    const guard = await bundle(`export { isPoolFullError } from './index.js';`);
    expect(guard.length).toBeLessThan(1_500);
    expect(guard).not.toContain('pool.acquired');
  });
});
