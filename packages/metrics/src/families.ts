import { DROPPED, OVERFLOWED } from './faults.js';
import type { Attributes } from './ports.js';
import { familyName, labelsOf, unitWord } from './prometheus-names.js';
import type { HistogramRead, MetricSnapshot, ScalarRead, Snapshot } from './snapshot.js';

/** A metric as Prometheus sees it; a counter's name has no `_total` yet. */
export interface Family {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  /** The word that ends the name, such as `seconds`, or ''. */
  readonly unit: string;
  /** Upper bounds of a histogram's buckets, without the last one. */
  readonly bounds: readonly number[];
  readonly points: readonly Point[];
}

/** One series: a value, or a histogram. */
export interface Point {
  /** In order of their names. */
  readonly labels: ReadonlyMap<string, string>;
  value: number;
  /** Of a histogram, whose `value` is the sum. */
  readonly histogram: { count: number; readonly buckets: number[] } | undefined;
}

interface OpenFamily extends Family {
  /** Metrics that share it must agree on this. */
  readonly kind: string;
  readonly byLabels: Map<string, Point>;
  readonly points: Point[];
}

/**
 * Brings metrics under Prometheus' rules without losing any. Metrics whose names become equal
 * share a family if they are of a kind, and their series that become equal are added up (of
 * gauges, the last one counts). If they are not of a kind, the later one gets its type, and if
 * need be a number, after its name: a scrape with one name twice would be refused as a whole.
 */
export function familiesOf(snapshot: Snapshot, defaults: Attributes = {}): readonly Family[] {
  const byName = new Map<string, OpenFamily>();
  const taken = new Set<string>();
  const defaultLabels = labelsOf(defaults);

  for (const metric of [...snapshot.metrics, ...faultsOf(snapshot)]) {
    const family = familyFor(metric, byName, taken);
    for (const series of metric.series) {
      const labels = withDefaults(labelsOf(series.attributes), defaultLabels);
      addPoint(family, metric, pointOf(labels, series));
    }
  }
  return [...byName.values()];
}

function familyFor(
  metric: MetricSnapshot,
  byName: Map<string, OpenFamily>,
  taken: Set<string>,
): OpenFamily {
  const unit = unitWord(metric.unit, metric.type);
  const base = familyName(metric.name, unit, metric.type);
  const type = metric.type === 'upDownCounter' ? 'gauge' : metric.type;
  const bounds = metric.type === 'histogram' ? metric.bounds : [];
  const kind = JSON.stringify([metric.type, bounds]);

  for (let attempt = 0; ; attempt++) {
    const name = attempt === 0 ? base : `${base}_${type}${attempt === 1 ? '' : `_${attempt}`}`;
    const known = byName.get(name);
    if (known?.kind === kind) return known;
    const names = sampleNames(name, type);
    if (names.some((sample) => taken.has(sample))) continue;
    for (const sample of names) taken.add(sample);
    const family: OpenFamily = {
      name,
      type,
      help: metric.description,
      unit: attempt === 0 ? unit : '',
      bounds,
      points: [],
      kind,
      byLabels: new Map(),
    };
    byName.set(name, family);
    return family;
  }
}

function sampleNames(name: string, type: Family['type']): string[] {
  if (type === 'gauge') return [name];
  if (type === 'counter') return [name, `${name}_total`];
  return [name, `${name}_bucket`, `${name}_sum`, `${name}_count`];
}

function withDefaults(
  own: ReadonlyMap<string, string>,
  defaults: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const filled = [...new Map([...defaults, ...own])].filter(([, value]) => value !== '');
  return new Map(filled.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function pointOf(labels: ReadonlyMap<string, string>, series: ScalarRead | HistogramRead): Point {
  if (!('buckets' in series)) return { labels, value: series.value, histogram: undefined };
  const { sum, count, buckets } = series;
  return { labels, value: sum, histogram: { count, buckets: [...buckets] } };
}

function addPoint(family: OpenFamily, { type }: MetricSnapshot, point: Point): void {
  const key = JSON.stringify([...point.labels]);
  const first = family.byLabels.get(key);
  if (first === undefined) {
    family.byLabels.set(key, point);
    family.points.push(point);
    return;
  }
  first.value = type === 'gauge' ? point.value : first.value + point.value;
  if (first.histogram === undefined || point.histogram === undefined) return;
  first.histogram.count += point.histogram.count;
  for (const [i, n] of point.histogram.buckets.entries()) {
    first.histogram.buckets[i] = (first.histogram.buckets[i] ?? 0) + n;
  }
}

/** What went wrong while measuring, as counters by metric; nothing if nothing did. */
function faultsOf({ metrics }: Snapshot): MetricSnapshot[] {
  const fault = (
    about: Pick<MetricSnapshot, 'name' | 'description'>,
    of: (metric: MetricSnapshot) => number,
  ) => ({
    ...about,
    type: 'counter' as const,
    unit: '',
    overflowed: 0,
    dropped: 0,
    series: metrics
      .filter((metric) => of(metric) > 0)
      .map((metric) => ({ attributes: { metric: metric.name }, value: of(metric) })),
  });
  return [
    fault(DROPPED, ({ dropped }) => dropped),
    fault(OVERFLOWED, ({ overflowed }) => overflowed),
  ].filter(({ series }) => series.length > 0);
}
