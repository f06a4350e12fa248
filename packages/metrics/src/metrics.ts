import { type Descriptor, describe, requireSame, type StoredOptions } from './descriptor.js';
import { refuseUnknownKeys, wrong } from './errors.js';
import type { Clock, HistogramOptions, InstrumentOptions, Meter } from './ports.js';
import type { Snapshot } from './snapshot.js';
import {
  gaugeStore,
  histogramStore,
  type Limits,
  type Store,
  type StoredGauge,
  type StoredGaugeOptions,
  type StoredRecorder,
  type StoredSum,
  sumStore,
} from './stores.js';

export interface MetricsOptions {
  /**
   * Series per metric; what finds no room goes to one overflow series and is counted.
   * @default 2000
   */
  readonly maxSeries?: number;
  /**
   * Forgets a series that reads found unchanged for this long; 0 keeps all. An up-down counter
   * that is not at 0 is kept.
   * @default 0
   */
  readonly expireAfterMs?: number;
  /**
   * Only used to expire.
   * @default performance
   */
  readonly clock?: Clock;
}

// Held against the documentation by a test.
export const MAX_SERIES = 2_000;
export const EXPIRE_AFTER_MS = 0;

/** A `Meter` that keeps what it is given until it is read. */
export interface Metrics extends Meter {
  counter(name: string, options?: InstrumentOptions & StoredOptions): StoredSum;
  upDownCounter(name: string, options?: InstrumentOptions & StoredOptions): StoredSum;
  gauge(name: string, options?: StoredGaugeOptions): StoredGauge;
  histogram(name: string, options?: HistogramOptions & StoredOptions): StoredRecorder;
  /** What was measured so far, as plain JSON. */
  snapshot(): Snapshot;
  /**
   * Counters and histograms start again from nothing, as do the counts of drops and overflow.
   * Up-down counters and gauges describe the present, and stay.
   */
  reset(): void;
}

/**
 * Counters, up-down counters, gauges and histograms in memory, to be read with `snapshot()`.
 * Measuring never throws: what cannot be taken is dropped and counted. Asking twice for one name
 * gives the same instrument.
 *
 * @throws ConfigError for a wrong option; its instruments throw it for a wrong name, unit or
 * bucket, and for a name that is registered as something else.
 */
export function createMetrics(options: MetricsOptions = {}): Metrics {
  const limits = checkLimits(options);
  const stores = new Map<string, Store<unknown>>();

  const keep = <D extends Descriptor, S extends Store<unknown>>(
    make: (limits: Limits, descriptor: D) => S,
  ): ((descriptor: D) => S) => {
    return (descriptor) => {
      const first = stores.get(descriptor.name);
      if (first !== undefined) requireSame(first.descriptor, descriptor);
      // Of the same type, so of the same kind of store.
      const store = (first as S | undefined) ?? make(limits, descriptor);
      stores.set(descriptor.name, store);
      return store;
    };
  };
  const sum = keep(sumStore);
  const gauge = keep(gaugeStore);
  const histogram = keep(histogramStore);

  const own = ['attributes'];
  return {
    counter: (name, given = {}) => sum(describe('counter', name, given, own)).instrument,
    upDownCounter: (name, given = {}) =>
      sum(describe('upDownCounter', name, given, own)).instrument,
    gauge(name, given = {}) {
      const { observers, instrument } = gauge(describe('gauge', name, given, [...own, 'observe']));
      if (given.observe !== undefined) observers.add(given.observe);
      return instrument;
    },
    histogram: (name, given = {}) => histogram(describe('histogram', name, given, own)).instrument,
    snapshot: () => ({ metrics: Array.from(stores.values(), (store) => store.read()) }),
    reset() {
      for (const store of stores.values()) store.reset();
    },
  };
}

function checkLimits(options: MetricsOptions): Limits {
  refuseUnknownKeys('createMetrics', options, ['maxSeries', 'expireAfterMs', 'clock']);
  const { maxSeries = MAX_SERIES, expireAfterMs = EXPIRE_AFTER_MS, clock = performance } = options;
  if (!Number.isInteger(maxSeries) || maxSeries < 1) {
    throw wrong('maxSeries', 'a whole number of 1 or more', maxSeries);
  }
  if (!Number.isFinite(expireAfterMs) || expireAfterMs < 0) {
    throw wrong('expireAfterMs', 'a number of milliseconds, 0 or more', expireAfterMs);
  }
  if (typeof clock?.now !== 'function') throw wrong('clock', 'an object with now()', clock);
  return { maxSeries, expireAfterMs, now: () => clock.now() };
}
