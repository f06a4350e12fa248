import type { Meter as OpenTelemetryMeter } from '@opentelemetry/api';
import { isAttributeValue } from './attribute-value.js';
import { type Descriptor, describe, type InstrumentType, requireSame } from './descriptor.js';
import { DROPPED } from './faults.js';
import type { Attributes, HistogramOptions, Meter } from './ports.js';

type Write = (n: number, attributes?: Attributes) => void;

interface Made {
  readonly descriptor: Descriptor;
  readonly write: Write;
}

/**
 * A `Meter` over an OpenTelemetry one. As with `createMetrics`, measuring never throws: a number that
 * is not finite, a negative one on a counter and unfit attributes are dropped, and counted by `metric`
 * in a counter `mcp_ws.metrics.dropped`.
 *
 * @throws ConfigError, from its instruments, for a name, unit or bucket that OpenTelemetry would
 * refuse without a word, and for a name that is registered as something else.
 */
export function fromOpenTelemetry(meter: OpenTelemetryMeter): Meter {
  const made = new Map<string, Made>();
  let countDrop: Write | undefined;

  const drop = (metric: string): void => {
    try {
      countDrop ??= writeOf(meter, { ...DROPPED, type: 'counter', unit: '', bounds: [] });
      countDrop(1, { metric });
    } catch {
      // Measuring never breaks the caller.
    }
  };

  const checked = (name: string, least: number, write: Write): Write => {
    return (n, attributes) => {
      try {
        const fit = Number.isFinite(n) && n >= least ? fitOf(attributes) : undefined;
        if (fit !== undefined) return write(n, fit);
      } catch {
        // What a getter of the attributes or the SDK throws is not the caller's business.
      }
      drop(name);
    };
  };

  const writer = (type: InstrumentType, name: string, options: HistogramOptions = {}): Write => {
    const descriptor = describe(type, name, options);
    const known = made.get(name);
    if (known !== undefined) requireSame(known.descriptor, descriptor);
    const least = type === 'counter' ? 0 : Number.NEGATIVE_INFINITY;
    const write = known?.write ?? checked(name, least, writeOf(meter, descriptor));
    made.set(name, { descriptor, write });
    return write;
  };

  return {
    counter: (name, options) => ({ add: writer('counter', name, options) }),
    upDownCounter: (name, options) => ({ add: writer('upDownCounter', name, options) }),
    gauge: (name, options) => ({ record: writer('gauge', name, options) }),
    histogram: (name, options) => ({ record: writer('histogram', name, options) }),
  };
}

/** How the SDK measures it. */
function writeOf(
  meter: OpenTelemetryMeter,
  { type, name, description, unit, bounds }: Omit<Descriptor, 'names'>,
): Write {
  if (type === 'histogram') {
    const advice = { explicitBucketBoundaries: [...bounds] };
    const histogram = meter.createHistogram(name, { description, unit, advice });
    return (n, attributes) => histogram.record(n, attributes);
  }
  if (type === 'gauge') {
    const gauge = meter.createGauge(name, { description, unit });
    return (n, attributes) => gauge.record(n, attributes);
  }
  const sum =
    type === 'counter'
      ? meter.createCounter(name, { description, unit })
      : meter.createUpDownCounter(name, { description, unit });
  return (n, attributes) => sum.add(n, attributes);
}

/**
 * The attributes without what is undefined, which the SDK takes for one more series. `undefined` if
 * they are unfit, since the SDK would pass them on to an exporter that may not know what to do.
 */
function fitOf(attributes: Attributes | undefined): Attributes | undefined {
  if (attributes === undefined || attributes === null) return {};
  if (typeof attributes !== 'object') return undefined;
  let whole = true;
  for (const name in attributes) {
    const value = attributes[name];
    if (value === undefined) whole = false;
    else if (name === '' || !isAttributeValue(value)) return undefined;
  }
  if (whole) return attributes;
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
}
