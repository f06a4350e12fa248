import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { attributesOf, BUCKETS, type Context, numberOf, type Variant } from './metrics-workload.js';

export default async function setup({ params }: Context): Promise<Variant> {
  // Without a reader the SDK keeps nothing; this one never comes to export.
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const provider = new MeterProvider({ readers: [reader] });
  const meter = provider.getMeter('bench');
  const counter = meter.createCounter('calls');
  const advice = { explicitBucketBoundaries: BUCKETS };
  const histogram = meter.createHistogram('duration', { advice });
  const measure =
    params.instrument === 'counter'
      ? (i: number) => counter.add(1, attributesOf(i))
      : (i: number) => histogram.record(numberOf(i), attributesOf(i));
  return {
    run(ops) {
      for (let i = 0; i < ops; i++) measure(i);
    },
    close: () => provider.shutdown(),
  };
}
