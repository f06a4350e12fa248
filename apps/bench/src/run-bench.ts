import type { Bench } from './define.js';
import type { Sample } from './sample.js';
import { schedule, type Turn } from './schedule.js';
import { startWorker, type Worker } from './worker.js';

export interface RunOptions {
  readonly signal: AbortSignal;
  readonly onTurn?: (turn: Turn) => void;
}

/** A sample, and what the server spent meanwhile, where there is one. */
export type Measured = Sample & { readonly serverCpuMs?: number };

/** The samples of each variant, round by round: the n-th of all were taken in the same round. */
export type Measurements = ReadonlyMap<string, readonly Measured[]>;

/** Runs all rounds of a bench. Whatever happens, no process that it started outlives it. */
export async function runBench(bench: Bench, options: RunOptions): Promise<Measurements> {
  const workers: Worker[] = [];
  const start = (name: string, entry: string) => {
    const { deadlineMs } = bench;
    const url = new URL(entry, import.meta.url);
    const worker = startWorker({ name, entry: url, deadlineMs, signal: options.signal });
    workers.push(worker);
    return worker;
  };
  try {
    const server = bench.server && start('the server', './server-process.ts');
    const url = await server?.ask({ ask: 'start', module: String(bench.server) });
    const variants = new Map<string, Worker>();
    for (const [name, { module, params }] of bench.variants) {
      const variant = start(`variant "${name}"`, './variant-process.ts');
      await variant.ask({ ask: 'setup', module: module.href, context: { url, params } });
      variants.set(name, variant);
    }
    const measured = await runRounds(bench, variants, server, options);
    for (const variant of variants.values()) await variant.ask({ ask: 'close' });
    await server?.ask({ ask: 'close' });
    return measured;
  } finally {
    await Promise.all(workers.map((worker) => worker.end()));
  }
}

async function runRounds(
  bench: Bench,
  variants: ReadonlyMap<string, Worker>,
  server: Worker | undefined,
  { onTurn }: RunOptions,
): Promise<Measurements> {
  const { ops } = bench;
  const withMemory = bench.targets.some(({ metric }) => metric === 'memory');
  const measured = new Map<string, Measured[]>([...variants.keys()].map((name) => [name, []]));
  for (const turn of schedule([...variants.keys()], bench)) {
    onTurn?.(turn);
    const before = await server?.ask({ ask: 'cpu' });
    const sample = (await variants
      .get(turn.variant)
      ?.ask({ ask: 'run', ops, withMemory })) as Sample;
    const serverCpuMs = Number(await server?.ask({ ask: 'cpu' })) - Number(before);
    if (turn.warmup) continue;
    measured.get(turn.variant)?.push(server ? { ...sample, serverCpuMs } : sample);
  }
  return measured;
}
