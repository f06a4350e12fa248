import type { HistogramRead, MetricSnapshot, Readable, ScalarRead } from '../src/snapshot.js';

/** The metric of that name, or a failure that says so. */
export function metric(metrics: Readable, name: string): MetricSnapshot {
  const found = metrics.snapshot().metrics.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no metric ${name}`);
  return found;
}

/** The series of a counter, up-down counter or gauge. */
export function scalars(metrics: Readable, name: string): readonly ScalarRead[] {
  const found = metric(metrics, name);
  if (found.type === 'histogram') throw new Error(`${name} is a histogram`);
  return found.series;
}

/** The series of a histogram. */
export function histograms(metrics: Readable, name: string): readonly HistogramRead[] {
  const found = metric(metrics, name);
  if (found.type !== 'histogram') throw new Error(`${name} is a ${found.type}`);
  return found.series;
}
