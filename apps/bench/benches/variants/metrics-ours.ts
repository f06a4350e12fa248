import { createMetrics } from '@x/metrics';
import { attributesOf, BUCKETS, type Context, numberOf, type Variant } from './metrics-workload.js';

export default async function setup({ params }: Context): Promise<Variant> {
  const metrics = createMetrics();
  const counter = metrics.counter('calls');
  const histogram = metrics.histogram('duration', { buckets: BUCKETS });
  const boundCounter = counter.bind(attributesOf(0));
  const boundHistogram = histogram.bind(attributesOf(0));

  if (params.instrument === 'counter') {
    if (params.bound) return times(() => boundCounter.add(1));
    return times((i) => counter.add(1, attributesOf(i)));
  }
  if (params.bound) return times((i) => boundHistogram.record(numberOf(i)));
  return times((i) => histogram.record(numberOf(i), attributesOf(i)));
}

function times(measure: (i: number) => void): Variant {
  return {
    run(ops) {
      for (let i = 0; i < ops; i++) measure(i);
    },
  };
}
