import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build as bundleWithEsbuild } from 'esbuild';
import { build as bundleWithVite } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const packages = fileURLToPath(new URL('../..', import.meta.url));
const OURS = [
  'client',
  'metrics',
  'pool',
  'preset',
  'retry',
  'session',
  'transport-ws',
  'url-guard',
];

let project: string;

/** A project that has installed the preset and nothing else: the SDK is an optional peer. */
beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'without-sdk-'));
  const modules = join(project, 'node_modules');
  for (const name of OURS) {
    const to = join(modules, '@x', name);
    await mkdir(to, { recursive: true });
    for (const part of ['package.json', 'dist']) {
      await cp(join(packages, name, part), join(to, part), { recursive: true });
    }
  }
  // What a page loads of the others' dependencies.
  const found = createRequire(join(packages, 'transport-ws/package.json'));
  const ws = dirname(found.resolve('isomorphic-ws/package.json'));
  await cp(ws, join(modules, 'isomorphic-ws'), { recursive: true });
  await writeFile(join(project, 'package.json'), '{ "type": "module" }');
  await writeFile(
    join(project, 'main.js'),
    "import { createMcpClient } from '@x/preset'; globalThis.client = createMcpClient();",
  );
  await writeFile(
    join(project, 'index.html'),
    '<!doctype html><script type="module" src="./main.js"></script>',
  );
});

afterAll(() => rm(project, { recursive: true, force: true }));

describe('a page without the official SDK', () => {
  it('is bundled by Vite', async () => {
    await bundleWithVite({
      root: project,
      logLevel: 'silent',
      configFile: false,
      build: { write: true, outDir: 'vite', target: 'es2022' },
    });
    expect(await readFile(join(project, 'vite/index.html'), 'utf8')).toContain('.js');
  });

  it('is bundled by esbuild', async () => {
    const { errors, outputFiles } = await bundleWithEsbuild({
      entryPoints: [join(project, 'main.js')],
      absWorkingDir: project,
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'browser',
      outdir: 'esbuild',
      write: false,
      logLevel: 'silent',
    });
    expect(errors).toEqual([]);
    expect(outputFiles.length).toBeGreaterThan(1);
  });
});
