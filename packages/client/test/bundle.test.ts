import { describe, expect, it } from 'vitest';
import { bundler, gzipped } from '../../../test/bundle.js';

const bundle = bundler(import.meta.url);

const NODE_ONLY = /\brequire\(|import\(|\bprocess\b|\bBuffer\b|node:/;
const SDK = ['@modelcontextprotocol/client'];

describe('the bundle', () => {
  it('is at most 11 KB, minified and gzipped', async () => {
    const all = `export { McpClient, sessionFactory, singleSessions } from './index.js';`;
    expect(gzipped(await bundle(all))).toBeLessThanOrEqual(11 * 1024);
    const sdk = `export { sdkSession, streamableHttp } from './sdk.js';`;
    expect(gzipped(await bundle(sdk, { external: SDK }))).toBeLessThan(7_000);
  });

  it('asks nothing of Node, nor of any other package', async () => {
    const code = await bundle(`export * from './index.js';`, { minify: false });
    expect(code).not.toMatch(NODE_ONLY);
    expect(code).not.toMatch(/from ["']/);
    const sdk = await bundle(`export * from './sdk.js';`, { minify: false, external: SDK });
    expect(sdk.replace(`import("${SDK}")`, '')).not.toMatch(NODE_ONLY);
  });

  it('leaves out what is not used', async () => {
    const guard = await bundle(`export { isToolError } from './index.js';`);
    expect(guard.length).toBeLessThan(3_000);
    expect(guard).not.toContain('tools/list');
  });
});
