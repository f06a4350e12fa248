import { ConfigError, refuseUnknownKeys, wrong } from './errors.js';
import type { HistogramOptions } from './ports.js';

export type InstrumentType = 'counter' | 'upDownCounter' | 'gauge' | 'histogram';

/** What identifies a metric: a second registration must agree on everything but the description. */
export interface Descriptor<T extends InstrumentType = InstrumentType> {
  readonly name: string;
  readonly type: T;
  readonly description: string;
  readonly unit: string;
  /** Empty but for histograms. */
  readonly bounds: readonly number[];
  /** The attribute names allowed; `undefined`: any. */
  readonly names: readonly string[] | undefined;
}

/** What every instrument of `createMetrics()` can be told besides description and unit. */
export interface StoredOptions {
  /**
   * The attribute names that this metric has. A measurement with another one is dropped and
   * counted. An empty list makes a metric without attributes, which reads 0 from the beginning.
   * @default any name
   */
  readonly attributes?: readonly string[];
}

/** In seconds, from 5 ms to 10 s: the buckets that Prometheus clients use when not told otherwise. */
export const DEFAULT_BUCKETS: readonly number[] = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

const MAX_BUCKETS = 256;
const KEYS = ['description', 'unit'];

// OpenTelemetry's instrument name syntax; Prometheus' names are derived from it.
const NAME = /^[A-Za-z][\w.\-/]{0,254}$/;
// Printable ASCII, as OpenTelemetry says.
const UNIT = /^[!-~]{0,63}$/;

/**
 * Checks a registration.
 *
 * @param extra The options that this meter has besides those of the port.
 * @throws ConfigError naming what is wrong.
 */
export function describe<T extends InstrumentType>(
  type: T,
  name: string,
  options: HistogramOptions & StoredOptions & { observe?: unknown },
  extra: readonly string[] = [],
): Descriptor<T> {
  if (typeof name !== 'string' || !NAME.test(name)) {
    throw wrong('name', 'a letter and then up to 254 letters, digits, "_", ".", "-" or "/"', name);
  }
  const known = type === 'histogram' ? [...KEYS, 'buckets'] : KEYS;
  refuseUnknownKeys(`${type} ${name}`, options, [...known, ...extra]);
  const { description = '', unit = '', buckets = DEFAULT_BUCKETS, attributes, observe } = options;
  if (typeof description !== 'string') throw wrong('description', 'a string', description);
  if (typeof unit !== 'string' || !UNIT.test(unit)) {
    throw wrong('unit', 'at most 63 printable ASCII characters', unit);
  }
  if (!isAscending(buckets)) {
    throw wrong('buckets', `at most ${MAX_BUCKETS} finite numbers in ascending order`, buckets);
  }
  if (attributes !== undefined && !isNameList(attributes)) {
    throw wrong('attributes', 'a list of non-empty strings', attributes);
  }
  if (observe !== undefined && typeof observe !== 'function') {
    throw wrong('observe', 'a function', observe);
  }
  const bounds = type === 'histogram' ? [...buckets] : [];
  return { name, type, description, unit, bounds, names: attributes && [...attributes].sort() };
}

/** @throws ConfigError if `next` registers the name of `first` as something else. */
export function requireSame(first: Descriptor, next: Descriptor): void {
  const parts = { type: 'type', unit: 'unit', bounds: 'buckets', names: 'attributes' } as const;
  for (const [part, option] of Object.entries(parts) as [keyof typeof parts, string][]) {
    const [was, is] = [first[part], next[part]].map((value) => JSON.stringify(value) ?? 'any');
    if (was === is) continue;
    throw new ConfigError(option, `${next.name} is registered with ${option} ${was}, not ${is}`);
  }
}

function isAscending(bounds: unknown): boolean {
  return (
    Array.isArray(bounds) &&
    bounds.length <= MAX_BUCKETS &&
    bounds.every((bound, i) => Number.isFinite(bound) && (i === 0 || bounds[i - 1] < bound))
  );
}

function isNameList(names: unknown): boolean {
  return Array.isArray(names) && names.every((name) => typeof name === 'string' && name !== '');
}
