import { describe, expect, it } from 'vitest';
import { bundler, gzipped } from '../../../test/bundle.js';

const bundle = bundler(import.meta.url, { external: ['@opentelemetry/api'] });

describe('bundle', () => {
  it('createMetrics alone is at most 4 KB minified and gzipped, without the rest', async () => {
    const code = await bundle("export { createMetrics } from './index.js'");
    expect(gzipped(code)).toBeLessThanOrEqual(4_096);
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
