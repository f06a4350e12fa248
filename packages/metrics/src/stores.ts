import type { Descriptor, StoredOptions } from './descriptor.js';
import { type HistogramSeries, Instrument, type Scalar } from './instrument.js';
import type {
  Attributes,
  Counter,
  Gauge,
  Histogram,
  InstrumentOptions,
  UpDownCounter,
} from './ports.js';
import { bucketOf, quantile } from './quantile.js';
import { type Series, SeriesTable } from './series.js';
import type { HistogramRead, MetricSnapshot, ScalarMetric } from './snapshot.js';

export interface Removable {
  /** Forgets the series of these attributes. True if there was one. */
  remove(attributes?: Attributes): boolean;
}

/** A counter or up-down counter whose attributes are looked up once. */
export interface BoundSum {
  add(n: number): void;
}

/** A gauge or histogram whose attributes are looked up once. */
export interface BoundRecorder {
  record(n: number): void;
}

/** A counter or up-down counter of `createMetrics()`. */
export interface StoredSum extends Counter, UpDownCounter, Removable {
  /** The same instrument with these attributes, for hot paths. */
  bind(attributes?: Attributes): BoundSum;
}

/** A gauge or histogram of `createMetrics()`. */
export interface StoredRecorder extends Gauge, Histogram, Removable {
  /** The same instrument with these attributes, for hot paths. */
  bind(attributes?: Attributes): BoundRecorder;
}

/** A gauge of `createMetrics()`. */
export interface StoredGauge extends StoredRecorder {
  /** No longer asks this callback, and forgets what it said. True if it was asked before. */
  unobserve(observe: Observe): boolean;
}

/** Asked for the present values of a gauge when it is read. */
export type Observe = (record: (n: number, attributes?: Attributes) => void) => void;

export interface StoredGaugeOptions extends InstrumentOptions, StoredOptions {
  /**
   * Called at each read; what it records is all that the gauge then holds. Each registration of
   * the name may bring one. What it throws is counted as a drop. `unobserve` ends it.
   */
  readonly observe?: Observe;
}

/** One metric: its instrument to write with, and how it is read and reset. */
export interface Store<I> {
  readonly descriptor: Descriptor;
  readonly instrument: I;
  read(): MetricSnapshot;
  reset(): void;
}

/** What all metrics of one `createMetrics()` have in common. */
export interface Limits {
  readonly maxSeries: number;
  readonly expireAfterMs: number;
  readonly now: () => number;
}

const ANY = Number.NEGATIVE_INFINITY;

export function sumStore(
  limits: Limits,
  descriptor: Descriptor<'counter' | 'upDownCounter'>,
): Store<StoredSum> {
  const grows = descriptor.type === 'counter';
  // A level that is not 0 would be wrong for good if it were forgotten and then counted on.
  const table = scalars(limits, descriptor, ({ value }) => grows || value === 0);
  const instrument = new Instrument(table, grows ? 0 : ANY, (series, n) => {
    series.value += n;
  });
  return {
    descriptor,
    instrument: {
      add: (n, attributes) => instrument.write(n, attributes),
      bind: (attributes) => ({ add: instrument.bind(attributes) }),
      remove: (attributes) => table.remove(attributes),
    },
    read: () => readScalars(descriptor, table),
    reset() {
      if (grows) table.clear();
      table.clearFaults();
    },
  };
}

export function gaugeStore(
  limits: Limits,
  descriptor: Descriptor<'gauge'>,
): Store<StoredGauge> & { readonly observers: Set<Observe> } {
  const table = scalars(limits, descriptor, () => true);
  const instrument = new Instrument(table, ANY, (series, n) => {
    series.value = n;
  });
  const observers = new Set<Observe>();
  const drop = () => {
    table.dropped += 1;
  };
  return {
    descriptor,
    observers,
    instrument: {
      ...recorder(instrument, table),
      unobserve(observe) {
        const asked = observers.delete(observe);
        if (asked) table.clear();
        return asked;
      },
    },
    read() {
      const before = table.overflowed;
      if (observers.size > 0) table.clear();
      for (const observe of observers) {
        try {
          const result: unknown = observe((n, attributes) => instrument.write(n, attributes));
          // An async callback comes too late to be read, but its failure must not end the process.
          if (result instanceof Promise) result.catch(drop);
        } catch {
          drop();
        }
      }
      // Reading is no measurement: what finds no room at each read is counted once.
      table.overflowed = Math.max(before, table.overflowed - before);
      return readScalars(descriptor, table);
    },
    reset: () => table.clearFaults(),
  };
}

export function histogramStore(
  limits: Limits,
  descriptor: Descriptor<'histogram'>,
): Store<StoredRecorder> {
  const { bounds } = descriptor;
  const table = new SeriesTable<HistogramSeries>({
    ...limits,
    names: descriptor.names && new Set(descriptor.names),
    create: (blank) => ({
      ...blank,
      count: 0,
      sum: 0,
      min: Number.POSITIVE_INFINITY,
      max: Number.NEGATIVE_INFINITY,
      buckets: new Array<number>(bounds.length + 1).fill(0),
    }),
    expendable: () => true,
  });
  const instrument = new Instrument(table, ANY, (series, n) => {
    series.count += 1;
    series.sum += n;
    if (n < series.min) series.min = n;
    if (n > series.max) series.max = n;
    const bucket = bucketOf(n, bounds);
    series.buckets[bucket] = (series.buckets[bucket] ?? 0) + 1;
  });
  return {
    descriptor,
    instrument: recorder(instrument, table),
    read: () => ({
      ...about(descriptor, table),
      // A copy: whoever reads may change it. Freezing it would make measuring slower.
      bounds: [...bounds],
      series: table.read().map((series) => readHistogram(series, bounds)),
    }),
    reset() {
      table.clear();
      table.clearFaults();
    },
  };
}

function scalars(
  limits: Limits,
  { names }: Descriptor,
  expendable: (series: Scalar) => boolean,
): SeriesTable<Scalar> {
  return new SeriesTable({
    ...limits,
    names: names && new Set(names),
    create: (blank) => ({ ...blank, value: 0 }),
    expendable,
  });
}

function recorder<S extends Series>(
  instrument: Instrument<S>,
  table: SeriesTable<S>,
): StoredRecorder {
  return {
    record: (n, attributes) => instrument.write(n, attributes),
    bind: (attributes) => ({ record: instrument.bind(attributes) }),
    remove: (attributes) => table.remove(attributes),
  };
}

function about<T extends Descriptor['type']>(
  { type, name, description, unit }: Descriptor<T>,
  { overflowed, dropped }: Pick<SeriesTable<Scalar>, 'overflowed' | 'dropped'>,
) {
  return { type, name, description, unit, overflowed, dropped };
}

function readScalars(
  descriptor: Descriptor<ScalarMetric['type']>,
  table: SeriesTable<Scalar>,
): ScalarMetric {
  return {
    ...about(descriptor, table),
    series: table.read().map(({ attributes, value }) => ({ attributes, value })),
  };
}

function readHistogram(series: HistogramSeries, bounds: readonly number[]): HistogramRead {
  const { attributes, count, sum, min, max } = series;
  const buckets = [...series.buckets];
  const at = (q: number) => quantile(q, bounds, { count, min, max, buckets });
  return {
    attributes,
    count,
    sum,
    mean: count === 0 ? null : sum / count,
    min: count === 0 ? null : min,
    max: count === 0 ? null : max,
    p50: at(0.5),
    p90: at(0.9),
    p99: at(0.99),
    buckets,
  };
}
