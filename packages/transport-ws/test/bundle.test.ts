import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bundler, gzipped } from '../../../test/bundle.js';

const load = bundler(import.meta.url);

/** What a browser gets that imports `code` from `entry`. */
const bundle = (code: string, { entry = 'browser', minify = true } = {}) =>
  load(`export ${code} from './${entry}.js';`, { minify });

describe('the bundle for browsers', () => {
  it('is below 8 KB, minified and gzipped', async () => {
    const text = await bundle('{ WebSocketClientTransport }');
    expect(gzipped(text)).toBeLessThanOrEqual(8 * 1024);
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
  const { exports } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  expect(Object.keys(exports['.'])[0]).toBe('browser');
  expect(exports['.'].browser.default).toBe('./dist/browser.js');
});
