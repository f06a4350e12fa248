import { Counter, Histogram } from 'prom-client';
import {
  attributesOf,
  BUCKETS,
  type Context,
  LABELS,
  numberOf,
  type Variant,
} from './metrics-workload.js';

export default async function setup({ params }: Context): Promise<Variant> {
  const about = { help: 'H.', labelNames: LABELS, registers: [] };
  const counter = new Counter({ ...about, name: 'calls' });
  const histogram = new Histogram({ ...about, name: 'duration', buckets: BUCKETS });
  const boundCounter = counter.labels(attributesOf(0));
  const boundHistogram = histogram.labels(attributesOf(0));

  if (params.instrument === 'counter') {
    if (params.bound) return times(() => boundCounter.inc(1));
    return times((i) => counter.inc(attributesOf(i), 1));
  }
  if (params.bound) return times((i) => boundHistogram.observe(numberOf(i)));
  return times((i) => histogram.observe(attributesOf(i), numberOf(i)));
}

function times(measure: (i: number) => void): Variant {
  return {
    run(ops) {
      for (let i = 0; i < ops; i++) measure(i);
    },
  };
}
