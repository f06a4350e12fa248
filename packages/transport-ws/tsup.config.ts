import { defineConfig } from 'tsup';
import { base } from '../../tsup.base.js';

export default defineConfig([
  { ...base, entry: ['src/index.ts', 'src/server.ts'] },
  // What bundlers and import maps get under the "browser" condition.
  { ...base, entry: ['src/browser.ts'], format: ['esm'], platform: 'browser' },
]);
