import type { Attributes } from './ports.js';
import { copyOf, type Series, type SeriesTable } from './series.js';

/** A series that is one number. */
export interface Scalar extends Series {
  value: number;
}

/** A series of a histogram. */
export interface HistogramSeries extends Series {
  count: number;
  sum: number;
  min: number;
  max: number;
  /** Counts per bucket, not cumulative; one more than there are bounds. */
  readonly buckets: number[];
}

/** What an instrument does with a number: check it, find the series, fold it in. Never throws. */
export class Instrument<S extends Series> {
  readonly #table: SeriesTable<S>;
  readonly #least: number;
  readonly #fold: (series: S, n: number) => void;

  /** @param least The smallest number that is taken: 0 for a counter. */
  constructor(table: SeriesTable<S>, least: number, fold: (series: S, n: number) => void) {
    this.#table = table;
    this.#least = least;
    this.#fold = fold;
  }

  write(n: number, attributes: Attributes | undefined): void {
    try {
      if (!this.#takes(n)) return;
      const series = this.#table.find(attributes);
      if (series !== undefined) this.#fold(series, n);
    } catch {
      // Attributes may be a proxy or have getters: what they throw is not the caller's business.
      this.#table.dropped += 1;
    }
  }

  /** A way to write that looks the series up once, and again only when that series was removed. */
  bind(attributes: Attributes | undefined): (n: number) => void {
    const own = copyOf(attributes);
    let series: S | undefined;
    return (n) => {
      if (series?.live) {
        if (!this.#takes(n)) return;
        series.touched = true;
        this.#fold(series, n);
      } else if (this.#takes(n)) {
        series = this.#table.find(own);
        if (series !== undefined) this.#fold(series, n);
      }
    };
  }

  #takes(n: number): boolean {
    // Callers without types hand over strings, bigints and NaN; Infinity would not survive JSON.
    if (Number.isFinite(n) && n >= this.#least) return true;
    this.#table.dropped += 1;
    return false;
  }
}
