import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, type Metafile, type Plugin } from 'esbuild';
import { describe, expect, it } from 'vitest';

const src = fileURLToPath(new URL('../src', import.meta.url));

const withoutSession: Plugin = {
  name: 'without-session',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^@x\/session$/ }, () => ({ path: 'session', namespace: 'none' }));
    onLoad({ filter: /.*/, namespace: 'none' }, () => ({
      contents: 'export const leanSession = () => {}',
    }));
  },
};

interface Bundle {
  /** What a page loads to begin with, minified and gzipped. */
  readonly bytes: number;
  readonly code: string;
  /** The files that this is made of. */
  readonly eager: string[];
  /** The files that are loaded when needed. */
  readonly lazy: string[];
}

/** What a browser loads for this code. */
async function bundle(contents: string, ...plugins: Plugin[]): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: src, loader: 'ts', sourcefile: 'entry.ts' },
    bundle: true,
    splitting: true,
    minify: true,
    write: false,
    metafile: true,
    outdir: '/out',
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    plugins,
  });
  const outputs = Object.entries(metafile.outputs);
  const [entry = ''] = outputs.find(([, { entryPoint }]) => entryPoint?.endsWith('entry.ts')) ?? [];
  const eager = loadedWith(metafile, entry);
  const texts = outputFiles
    .filter(({ path }) => [...eager].some((name) => basename(name) === basename(path)))
    .map(({ text }) => text);
  const inputsOf = (loaded: boolean) =>
    outputs
      .filter(([name]) => eager.has(name) === loaded)
      .flatMap(([, { inputs }]) => Object.keys(inputs));
  return {
    bytes: texts.reduce((sum, text) => sum + gzipSync(text, { level: 9 }).length, 0),
    code: texts.join('\n'),
    eager: inputsOf(true),
    lazy: inputsOf(false),
  };
}

/** An output and what it imports statically. */
function loadedWith({ outputs }: Metafile, entry: string): Set<string> {
  const loaded = new Set([entry]);
  for (const name of loaded) {
    for (const { path, kind } of outputs[name]?.imports ?? []) {
      if (kind === 'import-statement') loaded.add(path);
    }
  }
  return loaded;
}

const isSdk = (file: string) => file.includes('@modelcontextprotocol') || file.includes('/zod/');
const CREATE = "export { createMcpClient } from './index.js'";

describe('in a page', () => {
  it('the six packages take at most 46 KB, with the session at most 51 KB', async () => {
    const six = await bundle(CREATE, withoutSession);
    expect(six.bytes).toBeLessThanOrEqual(46 * 1024);
    const all = await bundle(CREATE);
    expect(all.bytes).toBeGreaterThan(six.bytes);
    expect(all.bytes).toBeLessThanOrEqual(51 * 1024);
  });

  it('a page for modern servers holds nothing of the SDK, which waits in a file of its own', async () => {
    const { eager, lazy } = await bundle(CREATE);
    expect(eager.filter(isSdk)).toEqual([]);
    expect(lazy.filter(isSdk).length).toBeGreaterThan(0);
  });

  it('nothing of it is for Node only', async () => {
    const { code, eager } = await bundle("export * from './index.js'");
    expect(code).not.toMatch(/\bnode:|\bBuffer\b|\bprocess\.|\brequire\(/);
    expect(eager.filter((file) => /\/(ws|isomorphic-ws|undici)\//.test(file))).toEqual([]);
  });

  it('what is not used is left out', async () => {
    const { bytes } = await bundle("export { lowLatency } from './index.js'");
    expect(bytes).toBeLessThan(3 * 1024);
  });
});
