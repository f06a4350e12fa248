import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { resolve } from 'node:path';
import { BenchError } from './bench-error.js';
import { benchNames, loadBench } from './catalog.js';
import { type Command, parseCommand, USAGE } from './command-line.js';
import type { Bench } from './define.js';
import { report } from './report.js';
import { runBench } from './run-bench.js';
import type { Turn } from './schedule.js';
import { type BenchResult, judge } from './verdict.js';

export interface Terminal {
  /** Folder of the benches; a URL that ends in a slash. */
  readonly folder: URL;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly signal: AbortSignal;
}

interface Output {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** The whole command; resolves to its exit code. */
export async function cli(argv: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await execute(parseCommand(argv), terminal);
  } catch (error) {
    if (!(error instanceof BenchError)) throw error;
    terminal.stderr.write(`bench: ${error.message}\n`);
    return error.code === 'INTERRUPTED' ? 130 : 1;
  }
}

async function execute(command: Command, terminal: Terminal): Promise<number> {
  const { folder, stdout } = terminal;
  if (command.help) {
    stdout.write(`${USAGE}\n`);
    return 0;
  }
  const known = await benchNames(folder);
  const names = command.all ? known : command.names;
  for (const name of names) {
    if (known.includes(name)) continue;
    throw new BenchError('USAGE', `no bench "${name}"; there are ${known.join(', ')}`);
  }
  if (names.length === 0) {
    for (const name of known) stdout.write(`${name}: ${(await loadBench(folder, name)).title}\n`);
    return 0;
  }
  const results: BenchResult[] = [];
  for (const name of names) results.push(await runNamed(name, command, terminal));
  const document = `${JSON.stringify({ environment: environment(), results }, undefined, 2)}\n`;
  if (command.json) stdout.write(document);
  if (command.out !== undefined) await write(command.out, document);
  return results.every(({ met }) => met) ? 0 : 1;
}

async function runNamed(name: string, command: Command, terminal: Terminal): Promise<BenchResult> {
  const { folder, stdout, stderr, signal } = terminal;
  const bench = adjusted(await loadBench(folder, name), command);
  const progress = stderr.isTTY
    ? (turn?: Turn) => stderr.write(`\r\u001b[K${turn ? progressLine(name, bench, turn) : ''}`)
    : () => {};
  const measured = await runBench(bench, { signal, onTurn: progress }).finally(() => progress());
  const result = judge(name, bench, measured);
  if (!command.json) {
    const color = stdout.isTTY === true && !process.env.NO_COLOR;
    stdout.write(`${report(result, { color })}\n\n`);
  }
  return result;
}

function progressLine(name: string, bench: Bench, { variant, round, warmup }: Turn): string {
  const stage = warmup ? `warm-up ${round}/${bench.warmup}` : `round ${round}/${bench.rounds}`;
  return `${name}: ${stage}, ${variant}`;
}

function adjusted(bench: Bench, { rounds, opsScale }: Command): Bench {
  return {
    ...bench,
    rounds: rounds ?? bench.rounds,
    ops: Math.max(1, Math.round(bench.ops * opsScale)),
  };
}

async function write(file: string, text: string): Promise<void> {
  // A script of a workspace package runs in the package's folder; the user is elsewhere.
  const path = resolve(process.env.INIT_CWD ?? '.', file);
  await writeFile(path, text).catch((cause: Error) => {
    throw new BenchError('USAGE', `--out: ${cause.message}`, { cause });
  });
}

function environment() {
  const { version, platform, arch } = process;
  return { node: version, platform, arch, cpus: cpus().length, at: new Date().toISOString() };
}
