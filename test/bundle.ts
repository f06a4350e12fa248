import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { type BuildOptions, build } from 'esbuild';

/**
 * Bundles code that imports from a package's `src`, as a browser would load it.
 *
 * @param test - `import.meta.url` of a file in the package's `test`
 */
export function bundler(test: string, always: BuildOptions = {}) {
  const src = fileURLToPath(new URL('../src', test));
  return async (contents: string, options: BuildOptions = {}): Promise<string> => {
    const { outputFiles = [] } = await build({
      stdin: { contents, resolveDir: src, loader: 'ts' },
      bundle: true,
      minify: true,
      write: false,
      format: 'esm',
      platform: 'browser',
      target: 'es2022',
      ...always,
      ...options,
    });
    return outputFiles[0]?.text ?? '';
  };
}

/** How many bytes of it go over the wire. */
export const gzipped = (text: string): number => gzipSync(text, { level: 9 }).length;
