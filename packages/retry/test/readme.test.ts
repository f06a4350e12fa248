import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const here = fileURLToPath(new URL('..', import.meta.url));
const readme = readFileSync(join(here, 'README.md'), 'utf8');
const sources = readdirSync(join(here, 'src')).map((file) =>
  readFileSync(join(here, 'src', file), 'utf8'),
);
const examples = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code ?? '');

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
    const { options } = ts.convertCompilerOptionsFromJson(
      {
        target: 'ES2022',
        module: 'ESNext',
        moduleResolution: 'Bundler',
        strict: true,
        noEmit: true,
        skipLibCheck: true,
        types: ['node'],
        paths: { '@x/retry': [join(here, 'src/index.ts')] },
      },
      here,
    );
    const files = examples.map((_, index) => join(dir, `${index}.ts`));
    const problems = ts.getPreEmitDiagnostics(ts.createProgram(files, options));
    expect(problems.map(({ messageText, file }) => [file?.fileName, messageText])).toEqual([]);
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
  /** Option -> default, in three places. */
  const rows = [...readme.matchAll(/^\| `([a-z]\w+)` +\| `(.+?)` +\| /gm)].map(
    ([, name, value]) => ({
      name: name ?? '',
      value: value ?? '',
    }),
  );
  const documented = sources.flatMap((source) =>
    [...source.matchAll(/@default (.+)\n\s+\*\/\n\s+readonly (\w+)\?/g)].map(([, value, name]) => ({
      name: name ?? '',
      value: value ?? '',
    })),
  );

  it('stand in the README as in the documentation of each option', () => {
    const sorted = (list: typeof rows) =>
      list.map(({ name, value }) => `${name} = ${value}`).sort();
    // `idempotent` is an option of a call, whose table has no column of defaults.
    expect(sorted(rows)).toEqual(sorted(documented.filter(({ name }) => name !== 'idempotent')));
    expect(rows.length).toBeGreaterThan(25);
  });

  it.each(documented.filter(({ name }) => name !== 'idempotent'))(
    '$name = $value in the code',
    ({ name, value }) => {
      const text = sources.join('\n');
      const conditional = `${name} = failureRate ? Infinity : ${value}`;
      expect(text.includes(`${name} = ${value}`) || text.includes(conditional)).toBe(true);
    },
  );
});

it('every export stands in the README', async () => {
  const exported = Object.keys(await import('../src/index.js'));
  const missing = exported.filter((name) => !/^is[A-Z]/.test(name) && !readme.includes(name));
  expect(missing).toEqual([]);
});
