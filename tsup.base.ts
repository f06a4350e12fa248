import type { Options } from 'tsup';

/** What every published package is built with: ESM and CJS, types for both, nothing minified. */
export const base = {
  clean: true,
  target: 'es2022',
  sourcemap: true,
  treeshake: true,
  format: ['esm', 'cjs'],
  dts: true,
} satisfies Options;
