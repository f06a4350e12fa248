import { defineConfig } from 'tsup';
import { base } from '../../tsup.base.js';
import { inlineIpaddr } from './inline-ipaddr.config.js';

export default defineConfig([
  { ...base, entry: ['src/index.ts'] },
  // What bundlers and import maps get under the "browser" condition: one file without imports.
  {
    ...base,
    entry: ['src/browser.ts'],
    format: ['esm'],
    platform: 'browser',
    noExternal: ['ipaddr.js'],
    esbuildPlugins: [inlineIpaddr],
  },
]);
