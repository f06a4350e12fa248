import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/** What nobody calls here; no bundler can tell that of a property. */
const UNUSED = [
  'broadcastAddressFromCIDR',
  'fromByteArray',
  'isIPv4MappedAddress',
  'isValidCIDR',
  'isValidCIDRFourPartDecimal',
  'prefixLengthFromSubnetMask',
  'process',
  'toFixedLengthString',
  'toIPv4Address',
  'toIPv4MappedAddress',
];
const UNUSED_FUNCTION = new RegExp(
  `^( +)[\\w.]+\\.(?:${UNUSED.join('|')}) = function [^]*?\\n\\1};\\n`,
  'gm',
);

/**
 * Makes ipaddr.js part of what browsers load. It is CommonJS, which no browser imports and which
 * bundlers wrap in helpers that cost more than this.
 */
export const inlineIpaddr: Plugin = {
  name: 'inline-ipaddr',
  setup(build) {
    build.onLoad({ filter: /[\\/]ipaddr\.js[\\/]lib[\\/]ipaddr\.js$/ }, async ({ path }) => {
      const source = (await readFile(path, 'utf8'))
        .replace(UNUSED_FUNCTION, '')
        .replace('}(this));', '}({}));');
      const legal = '/*! ipaddr.js, Copyright (C) 2011-2017 whitequark, MIT License */';
      return {
        contents: `${legal}\nconst module = { exports: {} };\n${source}\nexport default module.exports;`,
      };
    });
  },
};
