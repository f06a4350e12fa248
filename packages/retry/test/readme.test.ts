import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemsIn, snippetsOf } from '../../../test/snippets.js';

const here = fileURLToPath(new URL('..', import.meta.url));
const readme = readFileSync(join(here, 'README.md'), 'utf8');
const examples = snippetsOf(readme);

describe('the examples', () => {
  let dir = '';
  beforeAll(() => {
    dir = mkdtempSync(join(here, 'test', '.readme-'));
    examples.forEach((code, index) => {
      writeFileSync(join(dir, `${index}.ts`), code);
    });
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it('compile', () => {
    const files = examples.map((_, index) => join(dir, `${index}.ts`));
    expect(problemsIn(files, here, { '@x/retry': [join(here, 'src/index.ts')] })).toEqual([]);
  }, 60_000);

  it('run, and print what they say', async () => {
    expect(examples.length).toBeGreaterThan(8);
    for (const [index, code] of examples.entries()) {
      const outfile = join(dir, `${index}.mjs`);
      await build({
        entryPoints: [join(dir, `${index}.ts`)],
        outfile,
        bundle: true,
        platform: 'node',
        format: 'esm',
        alias: { '@x/retry': join(here, 'src/index.ts') },
      });
      const { status, stdout, stderr } = spawnSync(process.execPath, [outfile], {
        encoding: 'utf8',
      });
      expect([status, stderr], code).toEqual([0, '']);
      const said = [...code.matchAll(/console\.log\(.*\); \/\/ (.*)/g)].map(([, text]) => text);
      if (said.length > 0) expect(stdout.trim().split('\n')).toEqual(said);
    }
  }, 60_000);
});

describe('the defaults', () => {
  type Defaults = Record<string, string>;
  const sorted = (defaults: Defaults) =>
    Object.entries(defaults)
      .map(([name, value]) => `${name} = ${value}`)
      .sort();

  /** Interface of options -> option -> what its documentation says, and what the code does. */
  const documented = new Map<string, Defaults>();
  const coded = new Map<string, Defaults>();
  const put = (to: typeof coded, owner: string, name: string, value: string) =>
    to.set(owner, { ...to.get(owner), [name]: value });

  // `const { attempts = 3 } = options`, in a function of `options: RetryOptions`.
  const readFunction = (node: ts.SignatureDeclaration) => {
    const owners = new Map(node.parameters.map((one) => [one.name.getText(), one.type?.getText()]));
    const look = (inner: ts.Node): void => {
      if (ts.isVariableDeclaration(inner) && ts.isObjectBindingPattern(inner.name)) {
        const owner = owners.get(inner.initializer?.getText() ?? '');
        for (const { name, propertyName, initializer: value } of inner.name.elements) {
          if (owner === undefined || value === undefined) continue;
          // A default that hangs on another option: that without it is the one to tell.
          const plain = ts.isConditionalExpression(value) ? value.whenFalse : value;
          put(coded, owner, (propertyName ?? name).getText(), plain.getText());
        }
      }
      inner.forEachChild(look);
    };
    node.forEachChild(look);
  };
  const read = (node: ts.Node): void => {
    if (ts.isInterfaceDeclaration(node)) {
      for (const member of node.members) {
        const [, value] = /@default (.+)/.exec(member.getFullText()) ?? [];
        if (value) put(documented, node.name.text, member.name?.getText() ?? '', value.trim());
      }
    } else if (ts.isFunctionDeclaration(node)) readFunction(node);
    node.forEachChild(read);
  };
  for (const file of readdirSync(join(here, 'src'))) {
    const text = readFileSync(join(here, 'src', file), 'utf8');
    read(ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true));
  }
  // An option of a call, which no policy destructures, and whose table has no column of defaults.
  documented.delete('CallOptions');

  const tables = readme
    .split(/\n(?!\|)/)
    .map((table) =>
      Object.fromEntries(
        [...table.matchAll(/^\| `([a-z]\w+)` +\| `(.+?)` +\| /gm)].map(([, name, value]) => [
          name,
          value,
        ]),
      ),
    );

  it.each([...documented])('of %s: documentation, code and a table are one', (owner, defaults) => {
    // Where the time, chance and the rest of the world come from is told in the text.
    const { clock, random, ...rest } = coded.get(owner) ?? {};
    expect(sorted(rest)).toEqual(sorted(defaults));
    expect(tables.map(sorted)).toContainEqual(sorted(defaults));
  });

  it('are all looked at', () => {
    expect([...documented.keys()].sort()).toEqual([
      'BulkheadOptions',
      'CircuitBreakerOptions',
      'ExponentialOptions',
      'FallbackOptions',
      'PerKeyOptions',
      'RetryBudgetOptions',
      'RetryOptions',
      'TimeoutOptions',
    ]);
  });
});

it('every export stands in the README', async () => {
  const exported = Object.keys(await import('../src/index.js'));
  const missing = exported.filter((name) => !/^is[A-Z]/.test(name) && !readme.includes(name));
  expect(missing).toEqual([]);
});
