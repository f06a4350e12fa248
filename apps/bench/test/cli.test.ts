import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { cli } from '../src/cli.js';

async function bench(...argv: string[]) {
  let out = '';
  let err = '';
  const code = await cli(argv, {
    folder: new URL('./fixtures/', import.meta.url),
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
    signal: new AbortController().signal,
  });
  return { code, out, err };
}

// Each of these starts processes, which takes its time on a busy machine.
const SLOW = 60_000;

test('two variants are measured side by side, and a target that is met gives 0', {
  timeout: SLOW,
}, async () => {
  const { code, out, err } = await bench('met');
  expect(err).toBe('');
  expect(code).toBe(0);
  expect(out).toContain('met: little work against much (5,000 operations, 3 rounds)');
  expect(out).toMatch(/^little +[\d,]+ +[\d.]+% +[\d.]+ (ns|µs)/m);
  expect(out).toMatch(/server CPU\/op$/m);
  expect(out).toMatch(/^ok {6}rate of little \/ much: [\d.]+ \(rounds .*\), target at least 2$/m);
  expect(out).toMatch(/^ok {6}rate of much \/ little: 0\.\d+ \(rounds .*\), target at most 0\.5$/m);
  expect(out).not.toContain('\u001b');
});

test('a target that is missed gives 1 and says so', { timeout: SLOW }, async () => {
  const { code, out } = await bench('missed');
  expect(code).toBe(1);
  expect(out).toMatch(
    /^MISSED {2}rate of much \/ little: 0\.\d+ \(rounds .*\), target at least 2$/m,
  );
});

test('results come as JSON, scaled as asked, on stdout and in a file', {
  timeout: SLOW,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'results.json');
  const { code, out } = await bench(
    'met',
    '--json',
    '--out',
    file,
    '--rounds',
    '2',
    '--ops-scale',
    '0.5',
  );
  expect(code).toBe(0);
  const { results, environment } = JSON.parse(out);
  expect(environment.node).toBe(process.version);
  expect(results[0]).toMatchObject({ name: 'met', ops: 2_500, met: true });
  expect(results[0].variants[1].samples).toHaveLength(2);
  expect(results[0].variants[1].samples[0]).toMatchObject({
    ops: 2_500,
    wallMs: expect.any(Number),
    serverCpuMs: expect.any(Number),
  });
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(JSON.parse(out));
});

test('a variant that throws is named', { timeout: SLOW }, async () => {
  const { code, err } = await bench('throw');
  expect(code).toBe(1);
  expect(err).toBe('bench: variant "bad" threw in "run": lost the thread\n');
});

test('a variant that dies is named, with how it ended', { timeout: SLOW }, async () => {
  const { code, err } = await bench('die');
  expect(code).toBe(1);
  expect(err).toBe('bench: variant "bad" ended on its own (exit code 7)\n');
});

test('without names the benches are listed, unless one of them is wrong, which is named', async () => {
  expect(await bench()).toMatchObject({
    code: 1,
    out: expect.stringMatching(/^die: .*\nhang: .*\nmet: little work against much\nmissed: .*\n/),
    err: 'bench: wrong.bench.ts: variants must have at least one\n',
  });
});

test('an unknown bench, an unknown option and an unwritable file are refused', {
  timeout: SLOW,
}, async () => {
  expect(await bench('nope')).toMatchObject({
    code: 1,
    err: 'bench: no bench "nope"; there are die, hang, met, missed, throw, wrong\n',
  });
  expect(await bench('--nope')).toMatchObject({
    code: 1,
    err: "bench: Unknown option '--nope' (see pnpm bench --help)\n",
  });
  expect(await bench('met', '--ops-scale', '0.01', '--out', '/no/such/folder/x')).toMatchObject({
    code: 1,
    err: expect.stringContaining('bench: --out: ENOENT'),
  });
});

test('Ctrl-C ends the command with 130 and all of its processes', { timeout: SLOW }, async () => {
  const entry = fileURLToPath(new URL('./fixtures/cli.ts', import.meta.url));
  const cwd = fileURLToPath(new URL('..', import.meta.url));
  const command = spawn(process.execPath, ['--import', 'tsx', entry, 'hang'], { cwd });
  onTestFinished(() => void command.kill('SIGKILL'));
  const exit = once(command, 'exit');
  const lines = createInterface(command.stderr);
  const [line] = await once(lines, 'line');
  const pid = Number(/^pid (\d+)$/.exec(line)?.[1]);
  expect(process.kill(pid, 0)).toBe(true);
  command.kill('SIGINT');
  expect(await exit).toEqual([130, null]);
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});
