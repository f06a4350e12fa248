import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What a browser gets that imports `code` from `entry`. */
async function bundle(code: string, { entry = 'browser', minify = true } = {}): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: `export ${code} from './src/${entry}.js';`, resolveDir: root, loader: 'ts' },
    bundle: true,
    write: false,
    minify,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
  });
  return outputFiles[0]?.text ?? '';
}

describe('the bundle for browsers', () => {
  it('is below 8 KB, minified and gzipped', async () => {
    const text = await bundle('{ WebSocketClientTransport }');
    expect(gzipSync(text, { level: 9 }).length).toBeLessThanOrEqual(8 * 1024);
  });

  it('has nothing of Node in it', async () => {
    const text = await bundle('*', { minify: false });
    expect(text).not.toMatch(/node:|\bprocess\b|\bBuffer\b|\brequire\b|from ["']/);
    expect(text).not.toContain('ws does not work in the browser');
    expect(text).not.toContain('permessage');
  });

  it('leaves out what is not used', async () => {
    const text = await bundle('{ isConnectionError }');
    expect(text).not.toContain('ws.open');
    expect(text.length).toBeLessThan(2_500);
  });
});

it('the conditions of package.json send browsers to the bundle without imports', () => {
  const { exports } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'));
  expect(Object.keys(exports['.'])[0]).toBe('browser');
  expect(exports['.'].browser.default).toBe('./dist/browser.js');
});
