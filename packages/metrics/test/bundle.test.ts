import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

const src = fileURLToPath(new URL('../src', import.meta.url));

/** What a browser would load for this code. */
async function bundle(contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: src, loader: 'ts' },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    external: ['@opentelemetry/api'],
  });
  return outputFiles[0]?.text ?? '';
}

describe('bundle', () => {
  it('createMetrics alone is at most 4 KB minified and gzipped, without the rest', async () => {
    const code = await bundle("export { createMetrics } from './index.js'");
    expect(gzipSync(code, { level: 9 }).length).toBeLessThanOrEqual(4_096);
    for (const other of ['mcp_ws', 'mcp.client', '# TYPE', 'traceparent', '_OTHER']) {
      expect(code).not.toContain(other);
    }
  });

  it('recordEvents brings no store', async () => {
    const code = await bundle("export { recordEvents } from './index.js'");
    expect(code).toContain('mcp.client.operation.duration');
    expect(code).not.toContain('otel.metric.overflow');
  });

  it.each(['index', 'prometheus', 'opentelemetry', 'prom-client'])(
    '%s runs in browsers and imports no vendor but the one that it bridges to',
    async (entry) => {
      const code = await bundle(`export * from './${entry}.js'`);
      expect(code).not.toMatch(/\b(require|Buffer|process)\b|node:/);
      const imports = code.match(/from\s*"[^"]+"/g) ?? [];
      expect(imports).toEqual(entry === 'opentelemetry' ? ['from"@opentelemetry/api"'] : []);
    },
  );
});
