import { parseArgs } from 'node:util';
import { BenchError } from './bench-error.js';

export interface Command {
  readonly names: readonly string[];
  readonly all: boolean;
  readonly help: boolean;
  readonly json: boolean;
  readonly rounds: number | undefined;
  readonly opsScale: number;
  readonly out: string | undefined;
}

export const USAGE = `Usage: pnpm bench                      list the benches
       pnpm bench NAME [NAME...]        run these
       pnpm bench --all                 run all

  --rounds N      rounds that count, instead of the bench's own
  --ops-scale X   times the bench's operations per round (0.1: a tenth)
  --json          print the results as JSON instead of tables
  --out FILE      write the results to FILE as JSON
  --help          print this

Exit code: 0 all targets met, 1 a target missed or an error, 130 interrupted.`;

/** @throws BenchError `USAGE`, naming the option. */
export function parseCommand(argv: readonly string[]): Command {
  const { values, positionals } = parse(argv);
  const { all = false, help = false, json = false, rounds, out } = values;
  const scale = values['ops-scale'] ?? '1';
  if (all && positionals.length > 0) throw usage('--all and names of benches exclude each other');
  if (rounds !== undefined && !/^[1-9]\d*$/.test(rounds)) {
    throw usage(`--rounds must be a whole number of 1 or more, got "${rounds}"`);
  }
  if (!(Number(scale) > 0 && Number.isFinite(Number(scale)))) {
    throw usage(`--ops-scale must be a number above 0, got "${scale}"`);
  }
  if (out === '') throw usage('--out must name a file');
  return {
    names: positionals,
    all,
    help,
    json,
    rounds: rounds === undefined ? undefined : Number(rounds),
    opsScale: Number(scale),
    out,
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        all: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        json: { type: 'boolean' },
        rounds: { type: 'string' },
        'ops-scale': { type: 'string' },
        out: { type: 'string' },
      },
    });
  } catch (error) {
    // Its first sentence names the option; the rest is advice on "--".
    throw usage((error instanceof Error ? error.message : String(error)).split('. ')[0] ?? '');
  }
}

function usage(message: string): BenchError {
  return new BenchError('USAGE', `${message} (see pnpm bench --help)`);
}
