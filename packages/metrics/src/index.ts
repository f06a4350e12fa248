export { DEFAULT_BUCKETS, type InstrumentType, type StoredOptions } from './descriptor.js';
export { ConfigError, isConfigError } from './errors.js';
export { createMetrics, type Metrics, type MetricsOptions } from './metrics.js';
export type {
  Attributes,
  AttributeValue,
  Clock,
  Counter,
  Gauge,
  Histogram,
  HistogramOptions,
  InstrumentOptions,
  Meter,
  UpDownCounter,
} from './ports.js';
export type {
  HistogramMetric,
  HistogramRead,
  MetricSnapshot,
  Readable,
  ScalarMetric,
  ScalarRead,
  Snapshot,
} from './snapshot.js';
export type {
  BoundRecorder,
  BoundSum,
  Observe,
  StoredGaugeOptions,
  StoredRecorder,
  StoredSum,
} from './stores.js';
