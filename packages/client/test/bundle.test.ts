import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

async function bundle(code: string, minify: boolean, external: string[] = []): Promise<string> {
  const result = await build({
    stdin: { contents: code, resolveDir: fileURLToPath(new URL('../src', import.meta.url)) },
    bundle: true,
    write: false,
    minify,
    external,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
  });
  return result.outputFiles[0]?.text ?? '';
}

const sizeOf = (code: string) => gzipSync(code, { level: 9 }).length;
const NODE_ONLY = /\brequire\(|import\(|\bprocess\b|\bBuffer\b|node:/;
const SDK = ['@modelcontextprotocol/client'];

describe('the bundle', () => {
  it('is at most 11 KB, minified and gzipped', async () => {
    const all = `export { McpClient, sessionFactory, singleSessions } from './index.js';`;
    expect(sizeOf(await bundle(all, true))).toBeLessThanOrEqual(11 * 1024);
    const sdk = `export { sdkSession, streamableHttp } from './sdk.js';`;
    expect(sizeOf(await bundle(sdk, true, SDK))).toBeLessThan(7_000);
  });

  it('asks nothing of Node, nor of any other package', async () => {
    const code = await bundle(`export * from './index.js';`, false);
    expect(code).not.toMatch(NODE_ONLY);
    expect(code).not.toMatch(/from ["']/);
    const sdk = await bundle(`export * from './sdk.js';`, false, SDK);
    expect(sdk.replace(`import("${SDK}")`, '')).not.toMatch(NODE_ONLY);
  });

  it('leaves out what is not used', async () => {
    const guard = await bundle(`export { isToolError } from './index.js';`, true);
    expect(guard.length).toBeLessThan(3_000);
    expect(guard).not.toContain('tools/list');
  });
});
