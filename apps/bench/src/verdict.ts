import type { Bench, Metric, Target } from './define.js';
import type { Measured, Measurements } from './run-bench.js';
import { median, type Summary, summarize } from './statistics.js';

/** One variant over all of its rounds, per operation. */
export interface VariantResult {
  readonly name: string;
  /** Operations per second. */
  readonly rate: Summary;
  /** CPU time per operation, in ms. */
  readonly cpu: Summary;
  /** Growth of the resident set and of the used heap per operation, in bytes, where that was read. */
  readonly memory?: { readonly rss: Summary; readonly heap: Summary };
  /** CPU time of the server per operation, in ms. */
  readonly serverCpu?: Summary;
  /** Rate against the first variant, round by round. */
  readonly speedup: Summary;
  readonly samples: readonly Measured[];
}

export interface TargetResult {
  readonly target: Target;
  /** What the target is held against; undefined where it could not be measured. */
  readonly ratio: number | undefined;
  /** The ratios of the single rounds. */
  readonly rounds: Summary;
  readonly met: boolean;
}

export interface BenchResult {
  readonly name: string;
  readonly title: string;
  readonly ops: number;
  readonly variants: readonly VariantResult[];
  readonly targets: readonly TargetResult[];
  readonly met: boolean;
}

const PER_OP: Readonly<Record<Metric, (sample: Measured) => number>> = {
  rate: ({ ops, wallMs }) => (ops * 1e3) / wallMs,
  cpu: ({ ops, cpuMs }) => cpuMs / ops,
  memory: ({ ops, memory }) => (memory?.rssBytes ?? Number.NaN) / ops,
};

/** Turns what was measured into what is reported. */
export function judge(name: string, bench: Bench, measured: Measurements): BenchResult {
  const first = [...measured.values()][0] ?? [];
  const variants = [...measured].map(([variant, samples]) => summary(variant, samples, first));
  const targets = bench.targets.map((target) => judgeTarget(target, measured));
  const met = targets.every((target) => target.met);
  return { name, title: bench.title, ops: bench.ops, variants, targets, met };
}

function summary(
  name: string,
  samples: readonly Measured[],
  first: readonly Measured[],
): VariantResult {
  const serverCpu = samples.flatMap(({ ops, serverCpuMs }) =>
    serverCpuMs === undefined ? [] : [serverCpuMs / ops],
  );
  const heaps = samples.flatMap(({ ops, memory }) => (memory ? [memory.heapBytes / ops] : []));
  return {
    name,
    rate: summarize(samples.map(PER_OP.rate)),
    cpu: summarize(samples.map(PER_OP.cpu)),
    ...(heaps.length > 0 && {
      memory: { rss: summarize(samples.map(PER_OP.memory)), heap: summarize(heaps) },
    }),
    ...(serverCpu.length > 0 && { serverCpu: summarize(serverCpu) }),
    speedup: summarize(pairedRatios(samples.map(PER_OP.rate), first.map(PER_OP.rate))),
    samples,
  };
}

function judgeTarget(target: Target, measured: Measurements): TargetResult {
  const perOp = PER_OP[target.metric];
  const of = (measured.get(target.of) ?? []).map(perOp);
  const against = (measured.get(target.against) ?? []).map(perOp);
  const rounds = summarize(pairedRatios(of, against));
  const ratio = ratioOf(target.metric, of, against);
  const met =
    ratio !== undefined &&
    (target.atLeast === undefined ? ratio <= target.atMost : ratio >= target.atLeast);
  return { target, ratio, rounds, met };
}

/**
 * Time: the median of each round's own ratio, because a busy neighbour slows both halves of a round
 * but not all rounds. Memory: the ratio of the medians, because a resident set grows in jumps that
 * mean nothing in a single round; and none at all if the peer's did not grow.
 */
export function ratioOf(
  metric: Metric,
  of: readonly number[],
  against: readonly number[],
): number | undefined {
  if (metric === 'memory' && median(against) <= 0) return undefined;
  const ratio =
    metric === 'memory' ? median(of) / median(against) : median(pairedRatios(of, against));
  return Number.isFinite(ratio) ? ratio : undefined;
}

function pairedRatios(of: readonly number[], against: readonly number[]): number[] {
  return of.map((value, round) => value / (against[round] ?? Number.NaN));
}
