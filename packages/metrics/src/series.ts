import { isAttributeValue } from './attribute-value.js';
import type { Attributes, AttributeValue } from './ports.js';

/** One set of attributes and what was measured under it. */
export interface Series {
  readonly attributes: Attributes;
  /** False once removed (and always for the overflow series): whoever holds it must look again. */
  live: boolean;
  /** Written since the last sweep. */
  touched: boolean;
  /** The sweep that last found it touched. */
  seenAt: number;
}

export interface SeriesTableOptions<S extends Series> {
  readonly maxSeries: number;
  /** 0: never. */
  readonly expireAfterMs: number;
  /** The attribute names that are allowed; `undefined`: any. */
  readonly names: ReadonlySet<string> | undefined;
  readonly now: () => number;
  readonly create: (blank: Series) => S;
  /** May an idle series be forgotten without telling a lie? */
  readonly expendable: (series: S) => boolean;
}

/** Attributes of the series that takes what no longer fits, named as OpenTelemetry names it. */
const OVERFLOW: Attributes = Object.freeze({ 'otel.metric.overflow': true });

/** A step on the way from the attributes, in the order a caller writes them, to their series. */
interface Step<S> {
  branch: Branch<S> | undefined;
  series: S | undefined;
}

interface Branch<S> {
  readonly key: string;
  readonly steps: Map<AttributeValue, Step<S>>;
  readonly sibling: Branch<S> | undefined;
}

/**
 * The series of one metric.
 *
 * Identity is a canonical key (sorted, length-prefixed, typed), so no two sets of attributes ever
 * meet by accident. Building that key costs more than a measurement should, so each spelling that
 * was resolved once is learnt as a path of attribute names and values, which is walked without
 * allocating anything. Paths are a cache: they are bounded, and forgetting them is harmless.
 */
export class SeriesTable<S extends Series> {
  readonly #options: SeriesTableOptions<S>;
  #series = new Map<string, S>();
  #root: Step<S> = newStep();
  #paths = 0;
  #overflow: S | undefined;
  #sweptAt: number;
  /** Measurements that went to the overflow series. */
  overflowed = 0;
  /** Measurements that were refused. */
  dropped = 0;

  constructor(options: SeriesTableOptions<S>) {
    this.#options = options;
    this.#sweptAt = options.now();
    this.clear();
  }

  /** The series of these attributes, made if need be; `undefined`, and a drop counted, if they are unfit. */
  find(attributes: Attributes | undefined): S | undefined {
    // A loop over the names of a number or a function finds none, as if there were no attributes.
    if (attributes !== undefined && typeof attributes !== 'object') {
      return this.#resolve(attributes);
    }
    let step = this.#root;
    for (const key in attributes) {
      const value = attributes[key];
      if (value === undefined) continue;
      let branch = step.branch;
      while (branch !== undefined && branch.key !== key) branch = branch.sibling;
      const next = branch?.steps.get(value);
      if (next === undefined) return this.#resolve(attributes);
      step = next;
    }
    const series = step.series;
    if (series === undefined || !series.live) return this.#resolve(attributes);
    series.touched = true;
    return series;
  }

  /** Forgets one series. True if there was one. Never throws. */
  remove(attributes: Attributes | undefined): boolean {
    const key = canonicalKey(copyOf(attributes), undefined);
    const series = key === undefined ? undefined : this.#series.get(key);
    if (key === undefined || series === undefined) return false;
    this.#forget(key, series);
    return true;
  }

  /** Forgets all series. A metric that can have but one has it again, as it began. */
  clear(): void {
    for (const series of this.#series.values()) series.live = false;
    this.#series.clear();
    this.#root = newStep();
    this.#paths = 0;
    this.#overflow = undefined;
    if (this.#options.names?.size === 0) this.find(undefined);
  }

  /** Starts to count overflow and drops again. */
  clearFaults(): void {
    this.overflowed = 0;
    this.dropped = 0;
  }

  /** All series, the overflow series last. Drops first what has been idle for too long. */
  read(): S[] {
    if (this.#options.expireAfterMs > 0) this.#sweep(this.#options.now());
    const all = [...this.#series.values()];
    if (this.#overflow !== undefined) all.push(this.#overflow);
    return all;
  }

  #resolve(attributes: Attributes | undefined): S | undefined {
    const { names, maxSeries, create } = this.#options;
    const key = canonicalKey(attributes, names);
    if (key === undefined) {
      this.dropped += 1;
      return undefined;
    }
    let series = this.#series.get(key);
    if (series === undefined) {
      if (this.#series.size >= maxSeries && !this.#makeRoom()) {
        this.overflowed += 1;
        this.#overflow ??= create({ ...blank(OVERFLOW), live: false });
        return this.#overflow;
      }
      series = create(blank(canonical(attributes)));
      this.#series.set(key, series);
    }
    series.touched = true;
    this.#learn(attributes, series);
    return series;
  }

  #learn(attributes: Attributes | undefined, series: S): void {
    this.#paths += 1;
    if (this.#paths > 4 * this.#options.maxSeries) {
      this.#root = newStep();
      this.#paths = 1;
    }
    let step = this.#root;
    for (const key in attributes) {
      const value = attributes[key];
      if (value === undefined) continue;
      let branch = step.branch;
      while (branch !== undefined && branch.key !== key) branch = branch.sibling;
      if (branch === undefined) {
        branch = { key, steps: new Map(), sibling: step.branch };
        step.branch = branch;
      }
      let next = branch.steps.get(value);
      if (next === undefined) {
        next = newStep();
        branch.steps.set(value, next);
      }
      step = next;
    }
    step.series = series;
  }

  // A full table whose reader is gone would never expire anything, so it looks for itself; not
  // more often than anything can have expired, because this is somebody's hot path.
  #makeRoom(): boolean {
    const { expireAfterMs, maxSeries, now } = this.#options;
    if (expireAfterMs === 0) return false;
    const time = now();
    if (time - this.#sweptAt < expireAfterMs) return false;
    this.#sweep(time);
    return this.#series.size < maxSeries;
  }

  #sweep(time: number): void {
    this.#sweptAt = time;
    const { expireAfterMs, expendable } = this.#options;
    for (const [key, series] of this.#series) {
      if (series.touched) {
        series.touched = false;
        series.seenAt = time;
      } else if (time - series.seenAt >= expireAfterMs && expendable(series)) {
        this.#forget(key, series);
      }
    }
  }

  #forget(key: string, series: S): void {
    series.live = false;
    this.#series.delete(key);
  }
}

/** Later changes by the caller change nothing. What cannot be read becomes unfit; nothing is thrown. */
export function copyOf(attributes: Attributes | undefined): Attributes | undefined {
  try {
    return typeof attributes === 'object' ? { ...attributes } : attributes;
  } catch {
    return UNREADABLE;
  }
}

// Not an object, so whoever measures with it drops.
const UNREADABLE = false as unknown as Attributes;

function blank(attributes: Attributes): Series {
  return { attributes, live: true, touched: true, seenAt: 0 };
}

function newStep<S>(): Step<S> {
  return { branch: undefined, series: undefined };
}

function namesOf(attributes: Attributes | undefined): string[] {
  const names: string[] = [];
  for (const key in attributes) if (attributes[key] !== undefined) names.push(key);
  return names.sort();
}

function canonical(attributes: Attributes | undefined): Attributes {
  return Object.freeze(
    Object.fromEntries(namesOf(attributes).map((name) => [name, attributes?.[name]])),
  );
}

// Lengths first, so that no value can look like the start of the next name; the type's initial,
// so that 1, "1" and true stay three values.
function canonicalKey(
  attributes: Attributes | undefined,
  allowed: ReadonlySet<string> | undefined,
): string | undefined {
  if (attributes === undefined || attributes === null) return '';
  if (typeof attributes !== 'object') return undefined;
  let key = '';
  for (const name of namesOf(attributes)) {
    const value: unknown = attributes[name];
    if (name === '' || allowed?.has(name) === false || !isAttributeValue(value)) return undefined;
    const text = String(value);
    key += `${name.length}:${name}${(typeof value)[0]}${text.length}:${text}`;
  }
  return key;
}
