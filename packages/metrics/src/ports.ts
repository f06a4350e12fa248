/** What an attribute may hold. `undefined` is the same as the attribute being absent. */
export type AttributeValue = string | number | boolean;

/** The attributes of one measurement; their order does not matter. */
export type Attributes = Readonly<Record<string, AttributeValue | undefined>>;

export interface InstrumentOptions {
  /** What is measured, in a sentence. Becomes the HELP line. */
  readonly description?: string;
  /** UCUM unit: `s`, `By`, `1`, or an annotation such as `{connection}`. */
  readonly unit?: string;
}

export interface HistogramOptions extends InstrumentOptions {
  /** Upper bounds (inclusive), finite and ascending; the bucket up to infinity is implied. */
  readonly buckets?: readonly number[];
}

/** A sum that only grows. */
export interface Counter {
  /** @param n Zero or more. */
  add(n: number, attributes?: Attributes): void;
  /** The same with these attributes, looked up once. A meter need not have it. */
  bind?(attributes?: Attributes): { add(n: number): void };
}

/** A sum that grows and shrinks, such as the number of open connections. */
export interface UpDownCounter {
  add(n: number, attributes?: Attributes): void;
  /** As a counter's. */
  bind?(attributes?: Attributes): { add(n: number): void };
}

/** A value that is what it is now, such as a state. */
export interface Gauge {
  record(n: number, attributes?: Attributes): void;
  /** The same with these attributes, looked up once. A meter need not have it. */
  bind?(attributes?: Attributes): { record(n: number): void };
}

/** A distribution of values, such as durations. */
export interface Histogram {
  record(n: number, attributes?: Attributes): void;
  /** As a gauge's. */
  bind?(attributes?: Attributes): { record(n: number): void };
}

/**
 * Where measurements go. Satisfied by `createMetrics()`, by `fromOpenTelemetry(meter)`, by
 * `fromPromClient(registry)`, or by anything with these four methods.
 */
export interface Meter {
  counter(name: string, options?: InstrumentOptions): Counter;
  upDownCounter(name: string, options?: InstrumentOptions): UpDownCounter;
  gauge(name: string, options?: InstrumentOptions): Gauge;
  histogram(name: string, options?: HistogramOptions): Histogram;
}

/** Monotonic time in milliseconds. */
export interface Clock {
  now(): number;
}
