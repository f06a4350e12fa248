import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { attachDefaults, attachRules } from '../src/server/attach-options.js';
import { connectionDefaults, connectionRules } from '../src/server/options.js';
import { serveDefaults, serveRules } from '../src/server/serve.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
const source = ['options', 'attach-options', 'serve-transport', 'serve']
  .map((file) => readFileSync(path.join(root, `src/server/${file}.ts`), 'utf8'))
  .join('\n');

/** Rows of the table of options: name, default, whose, meaning. */
const rows = (/<!-{2} options -->\n(.*?)\n\n/s.exec(readme)?.[1] ?? '')
  .split('\n')
  .slice(2)
  .map((line) => line.split('|').map((cell) => cell.trim().replace(/^`(.*)`$/, '$1')));

it('the table of options has each option once, with whose it is', () => {
  const whose = (name: string) =>
    name in connectionRules ? 'each' : name in attachRules ? 'attach' : 'serve';
  const listed = rows.map(([, name, , of]) => [name, of]);
  expect(listed.sort()).toEqual(
    Object.keys(serveRules)
      .map((name) => [name, whose(name)])
      .sort(),
  );
});

it('the table of options states the defaults of the code, and so does their documentation', () => {
  const defaults: Record<string, unknown> = {
    ...connectionDefaults,
    ...attachDefaults,
    ...serveDefaults,
  };
  const documented = new Map(
    Array.from(
      source.matchAll(/@default (.+?)(?:\s*\*\/|\n\s+\*\/)\n\s+readonly (\w+)\?/g),
      ([, value, name]) => [name, value],
    ),
  );
  for (const [, name = '', stated = ''] of rows) {
    expect([name, documented.get(name) ?? '']).toEqual([name, stated]);
    if (!(name in defaults)) expect(stated).toBe('');
    else if (name !== 'clock' && name !== 'random') {
      // Written as code: numbers in groups, strings in single quotes.
      const value = JSON.parse(stated.replace(/(\d)_(?=\d)/g, '$1').replaceAll(`'`, '"'));
      expect([name, value]).toEqual([name, defaults[name]]);
    }
  }
});

it('shows each example as it stands in its file, which is compiled and run', () => {
  const shown = [...readme.matchAll(/<!-{2} examples\/(\S+) -->\n```ts\n(.*?)```/gs)];
  for (const [, file = '', code] of shown) {
    expect(code).toBe(readFileSync(path.join(root, 'examples', file), 'utf8'));
  }
  const files = readdirSync(path.join(root, 'examples')).filter((file) =>
    readFileSync(path.join(root, 'examples', file), 'utf8').includes('/server'),
  );
  expect(shown.map(([, file]) => file).sort()).toEqual(files.sort());
});

it('names every reason and every event of the code', () => {
  const folder = path.join(root, 'src/server');
  const code = readdirSync(folder)
    .map((file) => readFileSync(path.join(folder, file), 'utf8'))
    .join('\n');
  const reasons = new Set(
    Array.from(code.matchAll(/status: [^,]+, reason: '([\w-]+)'/g), ([, reason]) => reason),
  );
  expect(reasons.size).toBeGreaterThan(9);
  for (const reason of reasons) expect(readme).toContain(`\`${reason}\``);
  for (const [, type] of code.matchAll(/type: '(ws\.[\w.]+)'/g))
    expect(readme).toContain(`\`${type}\``);
});
