import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const here = path.dirname(fileURLToPath(import.meta.url));
const binding = readFileSync(path.join(here, '../../../docs/BINDING.md'), 'utf8');

/** Rows that name a test: its file and its name. */
const rows = Array.from(
  binding.matchAll(/^\| (.+?) +\| (client|server|both) *\| `([^`]+)`: (.+?) *\|$/gm),
  ([, rule = '', who = '', file = '', name = '']) => ({ rule, who, file, name }),
);

it('every rule of the binding names a test that exists', () => {
  expect(rows.length).toBeGreaterThan(50);
  for (const { rule, file, name } of rows) {
    const at = path.join(here, file);
    expect(existsSync(at), `${rule}: ${file}`).toBe(true);
    // Written within quotes of one kind or another, or among the rows of a table of cases.
    expect(readFileSync(at, 'utf8'), rule).toContain(name);
  }
});
