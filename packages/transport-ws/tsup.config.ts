import { defineConfig } from 'tsup';
import { base } from '../../tsup.base.js';

export default defineConfig([
  { ...base, entry: ['src/index.ts', 'src/server.ts'] },
  // What bundlers and import maps get under the "browser" condition: one file without imports.
  // Its types are those of the Node entry, and two runs must not clean one folder.
  {
    ...base,
    entry: ['src/browser.ts'],
    format: ['esm'],
    platform: 'browser',
    noExternal: ['isomorphic-ws'],
    dts: false,
    clean: false,
  },
]);
