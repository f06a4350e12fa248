export { DEFAULT_BUCKETS, type InstrumentType, type StoredOptions } from './descriptor.js';
export { ConfigError, isConfigError, type MetricsErrorCode } from './errors.js';
export type { ConsumedEvent, ConsumedEvents, ConsumedEventType, Observer } from './events.js';
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
export { type RecordEventsOptions, recordEvents } from './record-events.js';
export {
  LATENCY_BUCKETS,
  OPERATION_BUCKETS,
  SESSION_BUCKETS,
  SIZE_BUCKETS,
} from './recording.js';
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
  StoredGauge,
  StoredGaugeOptions,
  StoredRecorder,
  StoredSum,
} from './stores.js';
export { type EndpointTimes, type Summary, summary } from './summary.js';
