import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { problemsIn, snippetsOf } from '../../../test/snippets.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const page = readFileSync(join(root, '../../README.md'), 'utf8');

it("the examples of the repository's README compile", () => {
  const folder = mkdtempSync(join(root, 'test', '.readme-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const files = snippetsOf(page).map((code, index) => {
    const file = join(folder, `${index}.ts`);
    writeFileSync(file, code);
    return file;
  });
  expect(files).toHaveLength(3);
  // Nothing here depends on the preset, but its sources lie next door.
  const paths = { '@x/preset': [join(root, '../../packages/preset/src/index.ts')] };
  expect(problemsIn(files, root, paths)).toEqual([]);
}, 60_000);
