import type { Summary } from './statistics.js';
import type { BenchResult, TargetResult, VariantResult } from './verdict.js';

export interface ReportOptions {
  readonly color: boolean;
}

/** A result as a table, with each target's ratio below it. */
export function report(result: BenchResult, { color }: ReportOptions): string {
  const paint = (code: number, text: string) => (color ? `\u001b[${code}m${text}\u001b[0m` : text);
  const rounds = result.variants[0]?.samples.length ?? 0;
  const head = `${paint(1, result.name)}: ${result.title} (${count(result.ops)} operations, ${rounds} rounds)`;
  const targets = result.targets.map((target) => paint(target.met ? 32 : 31, targetLine(target)));
  return [
    head,
    '',
    ...table(result.variants),
    ...(targets.length > 0 ? ['', ...targets] : []),
  ].join('\n');
}

function table(variants: readonly VariantResult[]): string[] {
  const withServer = variants.some(({ serverCpu }) => serverCpu);
  const withMemory = variants.some(({ memory }) => memory);
  const rows = [
    [
      ...['', 'ops/s', '±', 'CPU/op', '±'],
      ...(withMemory ? ['RSS/op', 'heap/op'] : []),
      ...['× rate', 'min..max'],
      ...(withServer ? ['server CPU/op'] : []),
    ],
    ...variants.map(({ name, rate, cpu, memory, speedup, serverCpu }) => [
      name,
      count(rate.median),
      percent(rate),
      time(cpu.median),
      percent(cpu),
      ...(memory ? [bytes(memory.rss.median), bytes(memory.heap.median)] : []),
      ratio(speedup.median),
      range(speedup),
      ...(serverCpu ? [time(serverCpu.median)] : []),
    ]),
  ];
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
}

function targetLine({ target, ratio: measured, rounds, met }: TargetResult): string {
  const bound =
    target.atLeast === undefined ? `at most ${target.atMost}` : `at least ${target.atLeast}`;
  const seen =
    measured === undefined ? 'not measurable' : `${ratio(measured)} (rounds ${range(rounds)})`;
  return `${met ? 'ok    ' : 'MISSED'}  ${target.metric} of ${target.of} / ${target.against}: ${seen}, target ${bound}`;
}

const count = (value: number) => Math.round(value).toLocaleString('en-US');
const percent = ({ median, deviation }: Summary) =>
  deviation === 0 ? '0.0%' : `${((deviation / Math.abs(median)) * 100).toFixed(1)}%`;
const ratio = (value: number) => value.toFixed(2);
const range = ({ min, max }: Summary) => `${ratio(min)}..${ratio(max)}`;

function time(ms: number): string {
  if (ms >= 1) return `${ms.toFixed(2)} ms`;
  return ms >= 1e-3 ? `${(ms * 1e3).toFixed(2)} µs` : `${(ms * 1e6).toFixed(0)} ns`;
}

function bytes(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e6) return `${(value / 1e6).toFixed(2)} MB`;
  return size >= 1e3 ? `${(value / 1e3).toFixed(2)} kB` : `${value.toFixed(0)} B`;
}
