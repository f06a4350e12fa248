import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/**
 * Makes ipaddr.js part of what browsers load. It is CommonJS, which no browser imports and which
 * bundlers wrap in helpers that cost more than this.
 */
export const inlineIpaddr: Plugin = {
  name: 'inline-ipaddr',
  setup(build) {
    build.onLoad({ filter: /[\\/]ipaddr\.js[\\/]lib[\\/]ipaddr\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const legal = '/*! ipaddr.js, Copyright (C) 2011-2017 whitequark, MIT License */';
      return {
        contents: `${legal}\nconst module = { exports: {} };\n${source.replace('}(this));', '}({}));')}\nexport default module.exports;`,
      };
    });
  },
};
