import { DEFAULT_BUCKETS, type InstrumentType } from './descriptor.js';
import { ConfigError } from './errors.js';
import { type Family, familiesOf, type Point } from './families.js';
import { createMetrics, type Metrics, type MetricsOptions } from './metrics.js';
import type { HistogramOptions } from './ports.js';
import { familyName } from './prometheus-names.js';
import type { MetricSnapshot } from './snapshot.js';

/** What is used of a prom-client `Registry`. */
export interface PromClientRegistry {
  readonly contentType: string;
  registerMetric(metric: { get(): Promise<object>; reset(): void }): void;
}

/** What a registry keeps: it reads more of it than it says. */
interface PromMetric extends Pick<Family, 'type' | 'help'> {
  name: string;
  readonly aggregator: string;
  get(): Promise<object>;
  reset(): void;
}

interface Source {
  /** How prom-client's `AggregatorRegistry` makes one value of those of all workers. */
  readonly aggregator: 'sum' | 'max';
  readonly registry: PromClientRegistry;
  readonly read: () => Family | undefined;
  readonly reset: () => void;
}

interface Value {
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

const shared = new WeakMap<PromClientRegistry, Metrics>();

/**
 * Metrics that show up in an existing prom-client registry, under the names that `toPrometheus`
 * gives them. They are kept by `createMetrics`, so prom-client's own series keys, of which two
 * label sets may share one, and its fixed label names do not apply. Asking twice for one registry
 * gives the same metrics. Resetting one of them through the registry resets them all; what the
 * registry was cleared of comes back when an instrument is asked for again. Over workers,
 * prom-client adds them up, but of a gauge without a unit, a state, it takes the largest.
 *
 * @param options As for `createMetrics`; they count the first time only.
 * @throws ConfigError for a wrong option; its instruments throw it for a name that the registry
 * has already.
 */
export function fromPromClient(
  registry: PromClientRegistry,
  options: MetricsOptions = {},
): Metrics {
  const known = shared.get(registry);
  if (known !== undefined) return known;

  const metrics = createMetrics(options);
  const announced = new Map<string, MetricSnapshot>();
  const registered = new Map<string, PromMetric>();
  // A gauge without a unit is a state, and a sum of states is none.
  const states = new Set<string>();
  let families: ReadonlyMap<string, Family> | undefined;

  // The registry asks all its metrics in one go: they share one snapshot.
  const present = (): ReadonlyMap<string, Family> => {
    if (families === undefined) {
      const read = familiesOf(metrics.snapshot());
      families = new Map(read.map((family) => [family.name, family]));
      queueMicrotask(() => {
        families = undefined;
      });
      try {
        // What counts drops and overflow appears with the first of them.
        register(read.filter(({ name }) => !registered.has(name)));
      } catch {
        // The application has metrics of these names: it keeps them, and its scrape works.
      }
    }
    return families;
  };

  const register = (all: readonly Family[]): void => {
    for (const family of all) {
      const metric =
        registered.get(family.name) ??
        promMetric(family, {
          aggregator: states.has(family.name) ? 'max' : 'sum',
          registry,
          read: () => present().get(family.name),
          reset: () => metrics.reset(),
        });
      registry.registerMetric(metric);
      registered.set(family.name, metric);
    }
  };

  const announce = (type: InstrumentType, name: string, given: HistogramOptions): void => {
    const known = announced.has(name);
    const { description = '', unit = '', buckets = DEFAULT_BUCKETS } = given;
    const empty = { name, description, unit, overflowed: 0, dropped: 0, series: [] };
    if (type === 'gauge' && unit === '') states.add(familyName(name, '', type));
    if (type === 'histogram') announced.set(name, { ...empty, type, bounds: buckets });
    else announced.set(name, { ...empty, type });
    try {
      // A registry takes again what it has, and gets back what it was cleared of.
      if (known) for (const metric of registered.values()) registry.registerMetric(metric);
      else register(familiesOf({ metrics: [...announced.values()] }));
    } catch (cause) {
      if (!known) announced.delete(name);
      throw new ConfigError('name', `the registry has a metric of the name of ${name}`, { cause });
    }
  };

  const made: Metrics = {
    ...metrics,
    counter(name, given = {}) {
      const instrument = metrics.counter(name, given);
      announce('counter', name, given);
      return instrument;
    },
    upDownCounter(name, given = {}) {
      const instrument = metrics.upDownCounter(name, given);
      announce('upDownCounter', name, given);
      return instrument;
    },
    gauge(name, given = {}) {
      const instrument = metrics.gauge(name, given);
      announce('gauge', name, given);
      return instrument;
    },
    histogram(name, given = {}) {
      const instrument = metrics.histogram(name, given);
      announce('histogram', name, given);
      return instrument;
    },
  };
  shared.set(registry, made);
  return made;
}

function promMetric(
  { name, type, help, bounds }: Family,
  { aggregator, registry, read, reset }: Source,
): PromMetric {
  const printed = type === 'counter' ? `${name}_total` : name;
  return {
    // prom-client renames a counter in place while it prints OpenMetrics, and keeps the new name.
    get name() {
      return printed;
    },
    set name(_: string) {},
    help,
    type,
    aggregator,
    async get() {
      // In OpenMetrics it adds `_total` to the samples itself.
      const own = registry.contentType.startsWith('application/openmetrics') ? name : printed;
      const points = read()?.points ?? [];
      const values = points.flatMap((point) => valuesOf(name, bounds, point));
      return { name: own, help, type, aggregator, values };
    },
    reset,
  };
}

function valuesOf(name: string, bounds: readonly number[], point: Point): Value[] {
  const labels = Object.fromEntries(point.labels);
  if (point.histogram === undefined) return [{ labels, value: point.value }];
  const { count, buckets } = point.histogram;
  let cumulative = 0;
  const below = bounds.map((le, i) => {
    cumulative += buckets[i] ?? 0;
    return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: cumulative };
  });
  return [
    ...below,
    { metricName: `${name}_bucket`, labels: { ...labels, le: '+Inf' }, value: count },
    { metricName: `${name}_sum`, labels, value: point.value },
    { metricName: `${name}_count`, labels, value: count },
  ];
}
