import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemsIn, snippetsOf } from '../../../test/snippets.js';
import { defaults } from '../src/client/options.js';
import { defaultCloseCodes } from '../src/index.js';
import { officialServer } from './official-server.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const readme = read('README.md');
const moving = read('../../docs/moving-from-sdk-websocket.md');
const options = read('src/client/options.ts');

// Those of the server are files of `examples/`, compiled and run there.
const inline = `${readme}\n${moving}`.replace(/<!-{2} examples\/\S+ -->\n+```ts\n[\s\S]*?```/g, '');
const examples = snippetsOf(inline);
/** Those that do something as they stand. */
const running = examples.filter((code) => /^await /m.test(code));
const placeholder = 'wss://mcp.example.com/mcp';

describe('the examples', () => {
  let dir = '';
  beforeAll(() => {
    dir = mkdtempSync(join(root, 'test', '.readme-'));
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it('compile', () => {
    const files = examples.map((code, index) => {
      const file = join(dir, `${index}.ts`);
      writeFileSync(file, code);
      return file;
    });
    const own = { '@x/transport-ws': [join(root, 'src/index.ts')] };
    expect(problemsIn(files, root, own)).toEqual([]);
    expect(examples.length).toBeGreaterThan(8);
  }, 60_000);

  it.each(running.map((code, index) => [index, code] as const))(
    'run as they stand, and print what they say: %i',
    async (index, code) => {
      const { url } = await officialServer();
      const outfile = join(dir, `running-${index}.mjs`);
      expect(code).toContain(placeholder);
      await build({
        stdin: { contents: code.replaceAll(placeholder, url), resolveDir: dir, loader: 'ts' },
        outfile,
        bundle: true,
        platform: 'node',
        format: 'esm',
        packages: 'external',
        alias: { '@x/transport-ws': join(root, 'src/index.ts') },
      });
      const program = spawn(process.execPath, [outfile], { stdio: ['ignore', 'pipe', 'pipe'] });
      let said = '';
      let complained = '';
      program.stdout.on('data', (chunk) => {
        said += chunk;
      });
      program.stderr.on('data', (chunk) => {
        complained += chunk;
      });
      const [status] = await once(program, 'close');
      expect([status, complained], code).toEqual([0, '']);
      const promised = [...code.matchAll(/console\.log\(.*\); \/\/ (.*)/g)].map(([, text]) => text);
      if (promised.length > 0) expect(said.trim().split('\n')).toEqual(promised);
    },
    60_000,
  );
});

const unquote = (cell = '') => cell.replaceAll('`', '');

describe('the table of options', () => {
  const declared = options.slice(
    options.indexOf('export interface WebSocketClientTransportOptions {'),
    options.indexOf('/** Options with their defaults'),
  );
  const names = [...declared.matchAll(/^ {2}readonly (\w+)\?:/gm)].map(([, name = '']) => name);
  const section = readme.slice(readme.indexOf('### Options'), readme.indexOf('### How it ends'));
  const rows = section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => unquote(cell.trim())));
  const stated = Object.fromEntries(rows.map(([, name = '', value = '']) => [name, value]));

  it('has every option, in the order of the code', () => {
    expect(rows.map(([, name]) => name)).toEqual(names);
  });

  it.each(names)('states the default of %s as the code and its documentation do', (name) => {
    const doc = new RegExp(`@default ([^\\n]+?)(?: \\*/|\\n\\s*\\*/)\\s*readonly ${name}\\?:`);
    const documented = doc.exec(declared)?.[1] ?? '';
    expect(stated[name]).toBe(documented);
    if (name === 'clock' || documented === '') return;
    const value = JSON.parse(documented.replaceAll('_', '').replaceAll("'", '"'));
    expect(defaults[name as keyof typeof defaults]).toEqual(value);
  });

  it('covers every default of the code', () => {
    for (const name of Object.keys(defaults)) expect(stated[name]).not.toBe('');
  });
});

it('the table of close codes is the one of the code', () => {
  const section = readme.slice(readme.indexOf('### How it ends'), readme.indexOf('## Server'));
  const stated = section
    .split('\n')
    .filter((line) => /^\| 1\d{3}/.test(line))
    .flatMap((line) => {
      const [, codes = '', , redial = ''] = line.split('|');
      return codes.split(',').map((code) => [code.trim(), redial.includes('`true`')] as const);
    });
  expect(Object.fromEntries(stated)).toEqual(
    Object.fromEntries(
      Object.entries(defaultCloseCodes).map(([code, { redial }]) => [code, redial]),
    ),
  );
});

it('every error code, event and export stands in the README', async () => {
  const codes = [...read('src/errors.ts').matchAll(/^ {2}\| '([A-Z_]+)'/gm)].map(
    ([, code]) => code,
  );
  const events = [...read('src/events.ts').matchAll(/type: '(ws\.[a-z.]+)'/g)].map(
    ([, type]) => type,
  );
  const exported = Object.keys(await import('../src/index.js'));
  expect(codes.length).toBeGreaterThan(9);
  expect(events.length).toBeGreaterThan(7);
  const serverOnly = new Set(['ws.accepted', 'ws.rejected', 'ws.draining']);
  const clientSide = [
    ...codes,
    ...events.filter((type = '') => !serverOnly.has(type)),
    ...exported,
  ];
  expect(clientSide.filter((name = '') => !readme.includes(`\`${name}`))).toEqual([]);
});
