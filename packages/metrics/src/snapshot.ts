import type { InstrumentType } from './descriptor.js';
import type { Attributes } from './ports.js';

interface MetricRead<T extends InstrumentType, S> {
  readonly type: T;
  readonly name: string;
  readonly description: string;
  readonly unit: string;
  /** Measurements that found no room and went to the overflow series; observed ones count once. */
  readonly overflowed: number;
  /** Measurements that were refused: not a finite number, negative on a counter, unfit attributes. */
  readonly dropped: number;
  readonly series: readonly S[];
}

/** One series of a counter, an up-down counter or a gauge. */
export interface ScalarRead {
  readonly attributes: Attributes;
  readonly value: number;
}

/** One series of a histogram. Without values, everything that needs one is `null`. */
export interface HistogramRead {
  readonly attributes: Attributes;
  readonly count: number;
  readonly sum: number;
  readonly mean: number | null;
  readonly min: number | null;
  readonly max: number | null;
  /** Interpolated within its bucket, never outside [min, max]. */
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p99: number | null;
  /** Values per bucket, not cumulative; the last one lies above all bounds. */
  readonly buckets: readonly number[];
}

export type ScalarMetric = MetricRead<'counter' | 'upDownCounter' | 'gauge', ScalarRead>;

export interface HistogramMetric extends MetricRead<'histogram', HistogramRead> {
  /** Upper bounds of the buckets, inclusive. */
  readonly bounds: readonly number[];
}

export type MetricSnapshot = ScalarMetric | HistogramMetric;

/** What was measured so far, as plain JSON; metrics in the order of their registration. */
export interface Snapshot {
  readonly metrics: readonly MetricSnapshot[];
}

/** Anything that can be read: what `createMetrics()` returns. */
export interface Readable {
  snapshot(): Snapshot;
}
