import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { findBreaches } from '../check-boundaries.mjs';

/** The breaches in a repository of just these files. */
function breachesOf(files: Record<string, string>): string[] {
  const root = mkdtempSync(join(tmpdir(), 'boundaries-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return findBreaches(root);
}

test.each([
  ['a static import', `import { createPool } from '@x/pool';`],
  ['an import for its effects', `import '@x/pool';`],
  ['a type-only import', `import type { Pool } from '@x/pool';`],
  ['a type among values', `import { type Pool } from '@x/pool';`],
  ['a re-export', `export * from '@x/pool';`],
  ['a type-only re-export', `export type { Pool } from '@x/pool';`],
  ['a dynamic import', `const pool = await import('@x/pool');`],
  ['a dynamic import of a template', 'const pool = await import(`@x/pool`);'],
  ['a type by import', `let pool: import('@x/pool').Pool;`],
  ['a typeof import', `type Module = typeof import('@x/pool');`],
  ['an import assignment', `import pool = require('@x/pool');`],
  ['a require', `const pool = require('@x/pool');`],
  ['a require.resolve', `const pool = require.resolve('@x/pool');`],
  ['an augmentation', `declare module '@x/pool' {}\nexport {};`],
  ['a reference to types', `/// <reference types="@x/pool" />`],
  ['an import after a regular expression with a quote', `const q = /['\`]/; import('@x/pool');`],
])('%s of a sibling is a breach', (_, code) => {
  expect(breachesOf({ 'packages/retry/src/deep/file.ts': code })).toEqual([
    'packages/retry/src/deep/file.ts imports "@x/pool"',
  ]);
});

test('a subpath of a sibling and a relative way out of the package are breaches', () => {
  const imports = ['@x/client/sdk', '../../pool/src/index.js', '../../retry-more/src/index.js'];
  const code = imports.map((specifier) => `import '${specifier}';`).join('\n');
  expect(breachesOf({ 'packages/retry/src/index.ts': code })).toEqual(
    imports.map((specifier) => `packages/retry/src/index.ts imports "${specifier}"`),
  );
});

test.each(['index.tsx', 'index.mts', 'index.cts', 'index.js', 'index.mjs'])(
  '%s is read',
  (file) => {
    expect(breachesOf({ [`packages/retry/src/${file}`]: `import '@x/pool';` })).toHaveLength(1);
  },
);

test.each(['dependencies', 'peerDependencies', 'optionalDependencies'])(
  'a sibling in %s is a breach',
  (field) => {
    const manifest = JSON.stringify({
      name: '@x/retry',
      [field]: { '@x/pool': 'workspace:^', ws: '8' },
    });
    expect(breachesOf({ 'packages/retry/package.json': manifest })).toEqual([
      `packages/retry/package.json lists "@x/pool" in ${field}`,
    ]);
  },
);

test('what tests, comments, texts and the package’s own files say is no breach', () => {
  expect(
    breachesOf({
      'packages/retry/package.json': '{ "devDependencies": { "@x/pool": "workspace:^" } }',
      'packages/retry/test/fit.test.ts': `import '@x/pool';`,
      'packages/retry/src/index.ts': `
        // import '@x/pool';
        import 'ws';
        import 'node:net';
        import '../src/ports.js';
        const brand = Symbol.for('@x/retry/TimeoutError');
        const text = "import '@x/pool'";`,
    }),
  ).toEqual([]);
});

test('preset and cli may import their siblings', () => {
  expect(
    breachesOf({
      'packages/preset/src/index.ts': `import '@x/pool';`,
      'packages/preset/package.json': '{ "dependencies": { "@x/pool": "workspace:^" } }',
      'packages/cli/src/index.ts': `import '@x/preset';`,
    }),
  ).toEqual([]);
});

test('this very repository keeps the rule', () => {
  expect(findBreaches(fileURLToPath(new URL('../..', import.meta.url)))).toEqual([]);
});
