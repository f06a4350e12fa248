import { expect, it } from 'vitest';
import { bundler, gzipped } from '../../../test/bundle.js';
import { inlineIpaddr } from '../inline-ipaddr.config.js';
import { createUrlGuard } from '../src/browser.js';
import { VECTORS } from './vectors.js';

const load = bundler(import.meta.url);

/** What is loaded for this code, as the build makes it. */
const bundle = (contents: string, platform: 'browser' | 'node') =>
  load(contents, {
    platform,
    ...(platform === 'browser' ? { plugins: [inlineIpaddr] } : { packages: 'external' }),
  });

it('the guard of a page is at most 8 KB minified and gzipped, without imports', async () => {
  const code = await bundle("export * from './browser.js'", 'browser');
  expect(gzipped(code)).toBeLessThanOrEqual(8_192);
  expect(code).not.toMatch(/\b(import|require|Buffer|undici|getaddrinfo)\b|process\.|node:/);
  expect(code).toContain('Copyright (C) 2011-2017 whitequark');
});

it('the guard of a page says the same with only what it needs of ipaddr.js', async () => {
  const code = await bundle("export * from './browser.js'", 'browser');
  expect(code).not.toMatch(/isValidCIDR|broadcastAddress/);
  const page = await import(`data:text/javascript;base64,${Buffer.from(code).toString('base64')}`);
  const lists = { allowCidrs: ['fd00::/8', '10.0.0.0/8'], denyCidrs: ['2001:db8::/32'] };
  for (const { url, policy } of [...VECTORS, { url: 'http://[fd12::1]', policy: lists }]) {
    const verdict = createUrlGuard(policy).inspect(url);
    expect(page.createUrlGuard(policy).inspect(url), url).toEqual(verdict);
  }
});

it('undici is not loaded until something is fetched', async () => {
  const code = await bundle("export * from './index.js'", 'node');
  expect(code).toMatch(/import\("undici"\)/);
  expect(code).not.toMatch(/from\s*"undici"/);
});

it('what a page does not import is not in its bundle', async () => {
  const code = await bundle(
    "export { isUnsafeUrlError, production } from './browser.js'",
    'browser',
  );
  expect(code).not.toMatch(/empty-label|169\.254/);
});
