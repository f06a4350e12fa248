import { readFileSync } from 'node:fs';
import type { Options } from 'tsup';

// tsup runs in the folder of the package that it builds.
const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

/** What every published package is built with: ESM and CJS, types for both, nothing minified. */
export const base = {
  clean: true,
  target: 'es2022',
  sourcemap: true,
  treeshake: true,
  format: ['esm', 'cjs'],
  dts: true,
  // For packages that say who they are.
  define: { __VERSION__: JSON.stringify(version) },
} satisfies Options;
