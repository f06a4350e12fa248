import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build, type Plugin } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemsIn, snippetsOf } from '../../../test/snippets.js';
import { authority, serverCertificate, serverKey } from '../../transport-ws/test/certificates.js';
import * as preset from '../src/index.js';
import { startPlainServer } from './workshop.js';

const { highThroughput, lowLatency } = preset;
const execute = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const readme = read('README.md');
const guide = read('../../docs/from-kailash.md');

const snippets = Object.entries({ readme, guide }).flatMap(([name, text]) =>
  snippetsOf(text).map((code, index) => ({ name: `${name}-${index}`, code })),
);

/**
 * The hosts of the examples are played by servers of this test: the port is put into their URLs, and
 * the client is told where these names are and whom to trust. Nothing else is changed.
 */
const stage = `
  import * as preset from ${JSON.stringify(join(root, 'src/index.ts'))};
  export * from ${JSON.stringify(join(root, 'src/index.ts'))};
  const played = {
    allowHostsAnyAddress: ['*.example.com'],
    resolve: async () => ['127.0.0.1'],
  };
  export function createMcpClient(options = {}) {
    const { security = 'production' } = options;
    const tls = { ca: ${JSON.stringify(authority)}, servername: 'mcp.test' };
    return preset.createMcpClient({
      ...options,
      transport: { ...options.transport, tls },
      security: security === 'production' ? { schemes: ['https', 'wss'], ...played } : security,
    });
  }
`;

const staged: Plugin = {
  name: 'staged',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^@x\/preset$/ }, () => ({ path: 'preset', namespace: 'stage' }));
    onLoad({ filter: /.*/, namespace: 'stage' }, () => ({ contents: stage, resolveDir: root }));
  },
};

describe('every example', () => {
  let dir = '';
  beforeAll(() => {
    dir = mkdtempSync(join(root, 'test', '.docs-'));
    for (const { name, code } of snippets) writeFileSync(join(dir, `${name}.ts`), code);
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it('compiles', () => {
    const files = snippets.map(({ name }) => join(dir, `${name}.ts`));
    expect(problemsIn(files, root, { '@x/preset': [join(root, 'src/index.ts')] })).toEqual([]);
  }, 60_000);

  it.each(snippets)('$name runs, and prints what it says', async ({ name, code }) => {
    const open = await startPlainServer({ subprotocols: ['mcp', 'mcp-v1'] });
    const secure = await startPlainServer(
      { allowedHosts: ['api', 'api0', 'api1', 'sometimes-unreliable'].map(inExample) },
      createServer({ cert: serverCertificate, key: serverKey }),
    );
    writeFileSync(
      join(dir, `${name}.ts`),
      code
        .replaceAll('localhost:3001', `localhost:${open.port}`)
        .replace(/(wss:[^'`]*\.example\.com)\//g, `$1:${secure.port}/`),
    );
    const outfile = join(dir, `${name}.mjs`);
    await build({
      entryPoints: [join(dir, `${name}.ts`)],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
      plugins: [staged],
    });
    const { stdout } = await execute(process.execPath, [outfile], { timeout: 20_000 });
    const said = [...code.matchAll(/^\s*console\.log\(.*\); \/\/ (.*)$/gm)].map(([, text]) => text);
    if (said.length > 0) expect(stdout.trim().split('\n')).toEqual(said);
  });
});

const inExample = (name: string) => `${name}.example.com`;

describe('README', () => {
  const rows = [...readme.matchAll(/^\| `(\w+)` +\| (.*?) +\| /gm)].map(([, name, value]) => [
    name ?? '',
    (value ?? '').replace(/^`(.*)`$/, '$1').trim(),
  ]);
  const options = read('src/options.ts');
  const declared = [...options.matchAll(/(?:@default (.+)\n\s+)?\*\/\n\s+readonly (\w+)\?:/g)].map(
    ([, value = '', name]) => [name ?? '', value],
  );

  it('lists every option, with the default that its documentation states', () => {
    expect(declared.length).toBeGreaterThan(15);
    expect(rows.filter(([name]) => declared.some(([option]) => option === name))).toEqual(declared);
  });

  it('lists the errors that are exported', () => {
    for (const name of Object.keys(preset).filter((each) => /^[A-Z].*Error$/.test(each))) {
      expect(readme).toContain(`\`${name}\``);
      expect(preset).toHaveProperty(`is${name}`);
    }
  });

  it.each(Object.entries({ highThroughput, lowLatency }))(
    'states what %s changes',
    (name, size) => {
      const [, changes = ''] =
        new RegExp(`^\\| \`${name}\` *\\| (.*?) *\\|$`, 'm').exec(readme) ?? [];
      const stated = [...changes.matchAll(/`(\w+): ([\d_.]+)`/g)].map(
        ([, option = '', value = '']) => [option, Number(value.replaceAll('_', ''))],
      );
      expect(Object.fromEntries(stated)).toEqual(size);
    },
  );
});

describe('the guide from Kailash', () => {
  it('states defaults as the packages document them', () => {
    const packages = ['pool/src/options.ts', 'transport-ws/src/client/options.ts'].map((path) =>
      read(`../${path}`),
    );
    const stated = [...guide.matchAll(/`(?:pool|transport)\.(\w+)`.*\| `(.+?)` +\|$/gm)];
    expect(stated.length).toBe(12);
    for (const [, name, value = ''] of stated) {
      const documented = new RegExp(`@default (\\S+)[^@]*?\\*/\\n\\s+(?:readonly )?${name}\\?:`);
      const [, found = ''] = packages.flatMap((text) => documented.exec(text) ?? []);
      expect([name, found.replaceAll('_', '')]).toEqual([name, value.replaceAll('_', '')]);
    }
  });
});
