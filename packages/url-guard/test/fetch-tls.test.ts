import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { expect, it, onTestFinished } from 'vitest';
import { cert } from './certificate.js';
import { serveTls } from './servers.js';

const home = fileURLToPath(new URL('..', import.meta.url));

/** What fetch makes of each name, all of them at this port of loopback. */
const program = (port: number, names: readonly string[]) => `
  import { createUrlGuard } from './src/index.js';
  const guard = createUrlGuard({
    allowAddresses: ['127.0.0.1:${port}'],
    resolve: () => ['127.0.0.1'],
  });
  const told = [];
  for (const name of ${JSON.stringify(names)}) {
    const answer = await guard.fetch('https://' + name + ':${port}/').then(
      (response) => response.text(),
      (error) => error.cause.code,
    );
    told.push(answer);
  }
  console.log(JSON.stringify(told));
  process.exit();
`;

/** Runs a program on its own: whom Node trusts is settled when it starts. */
async function run(contents: string, trusted: string): Promise<unknown> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: home, loader: 'ts' },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    packages: 'external',
  });
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', outputFiles[0]?.text ?? ''],
    { cwd: home, env: { ...process.env, NODE_EXTRA_CA_CERTS: trusted } },
  );
  return JSON.parse(stdout);
}

it('fetch verifies the name against the certificate, although it dials the pinned address', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'url-guard-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const trusted = join(folder, 'ca.pem');
  await writeFile(trusted, cert);
  const asked: unknown[] = [];
  const { port } = await serveTls((request, response) => {
    asked.push(request.headers.host);
    response.end('private');
  });
  const told = await run(program(port, ['pinned.example', 'other.example']), trusted);
  expect(told).toEqual(['private', 'ERR_TLS_CERT_ALTNAME_INVALID']);
  expect(asked).toEqual([`pinned.example:${port}`]);
  const untrusted = await run(program(port, ['pinned.example']), '');
  expect(untrusted).toEqual(['DEPTH_ZERO_SELF_SIGNED_CERT']);
}, 30_000);
