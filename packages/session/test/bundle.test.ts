import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

async function bundle(code: string, minify: boolean): Promise<string> {
  const result = await build({
    stdin: { contents: code, resolveDir: fileURLToPath(new URL('../src', import.meta.url)) },
    bundle: true,
    write: false,
    minify,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
  });
  return result.outputFiles[0]?.text ?? '';
}

describe('the bundle', () => {
  it('is at most 6 KB, minified and gzipped', async () => {
    const code = await bundle(`export { createSession } from './index.js';`, true);
    expect(gzipSync(code, { level: 9 }).length).toBeLessThanOrEqual(6 * 1_024);
  });

  it('asks nothing of Node', async () => {
    const code = await bundle(`export * from './index.js';`, false);
    expect(code).not.toMatch(/\brequire\(|from ["']|import\(|\bprocess\b|\bBuffer\b|node:/);
  });

  it('leaves out what is not used', async () => {
    const guard = await bundle(`export { isTimeoutError } from './index.js';`, true);
    expect(guard).not.toContain('server/discover');
    expect(guard.length).toBeLessThan(1_500);
    const session = await bundle(`export { createSession } from './index.js';`, true);
    expect(session).not.toContain('legacy:');
  });
});
