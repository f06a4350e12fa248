import type { Meter as OpenTelemetryMeter } from '@opentelemetry/api';
import { describe } from './descriptor.js';
import type { Attributes, Meter } from './ports.js';

/**
 * A `Meter` over an OpenTelemetry one. Numbers that are not finite, and negative ones on a counter,
 * are left out; what the SDK throws stays here.
 *
 * @throws ConfigError, from its instruments, for a name, unit or bucket that OpenTelemetry would
 * refuse without a word.
 */
export function fromOpenTelemetry(meter: OpenTelemetryMeter): Meter {
  return {
    counter(name, options = {}) {
      const { description, unit } = describe('counter', name, options);
      const counter = meter.createCounter(name, { description, unit });
      return { add: safely(0, (n, attributes) => counter.add(n, attributes)) };
    },
    upDownCounter(name, options = {}) {
      const { description, unit } = describe('upDownCounter', name, options);
      const counter = meter.createUpDownCounter(name, { description, unit });
      return { add: safely(ANY, (n, attributes) => counter.add(n, attributes)) };
    },
    gauge(name, options = {}) {
      const { description, unit } = describe('gauge', name, options);
      const gauge = meter.createGauge(name, { description, unit });
      return { record: safely(ANY, (n, attributes) => gauge.record(n, attributes)) };
    },
    histogram(name, options = {}) {
      const { description, unit, bounds } = describe('histogram', name, options);
      const advice = { explicitBucketBoundaries: [...bounds] };
      const histogram = meter.createHistogram(name, { description, unit, advice });
      return { record: safely(ANY, (n, attributes) => histogram.record(n, attributes)) };
    },
  };
}

const ANY = Number.NEGATIVE_INFINITY;

type Write = (n: number, attributes?: Attributes) => void;

function safely(least: number, write: Write): Write {
  return (n, attributes) => {
    if (!Number.isFinite(n) || n < least) return;
    try {
      write(n, withoutUndefined(attributes));
    } catch {
      // Measuring never breaks the caller.
    }
  };
}

// The SDK takes an attribute that is undefined for one more series.
function withoutUndefined(attributes: Attributes | undefined): Attributes | undefined {
  for (const name in attributes) {
    if (attributes[name] !== undefined) continue;
    return Object.fromEntries(
      Object.entries(attributes).filter(([, value]) => value !== undefined),
    );
  }
  return attributes;
}
