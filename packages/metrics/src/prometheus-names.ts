import type { InstrumentType } from './descriptor.js';
import type { Attributes } from './ports.js';

// How OpenTelemetry spells the units in Prometheus names
// (https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/).
const UNITS: Readonly<Record<string, string>> = {
  d: 'days',
  h: 'hours',
  min: 'minutes',
  s: 'seconds',
  ms: 'milliseconds',
  us: 'microseconds',
  ns: 'nanoseconds',
  By: 'bytes',
  KiBy: 'kibibytes',
  MiBy: 'mebibytes',
  GiBy: 'gibibytes',
  TiBy: 'tibibytes',
  KBy: 'kilobytes',
  MBy: 'megabytes',
  GBy: 'gigabytes',
  TBy: 'terabytes',
  m: 'meters',
  V: 'volts',
  A: 'amperes',
  J: 'joules',
  W: 'watts',
  g: 'grams',
  '%': 'percent',
  Cel: 'celsius',
  Hz: 'hertz',
};

// After a slash, where some mean another thing.
const PER: Readonly<Record<string, string>> = {
  s: 'second',
  m: 'minute',
  min: 'minute',
  h: 'hour',
  d: 'day',
  w: 'week',
  mo: 'month',
  y: 'year',
};

/** The word for a unit at the end of a name; '' for counts and annotations such as `{call}`. */
export function unitWord(unit: string, type: InstrumentType): string {
  if (unit === '1') return type === 'gauge' ? 'ratio' : '';
  const [whole = '', per] = unit.replace(/\{[^}]*\}/g, '').split('/');
  const words = [wordIn(UNITS, whole)];
  if (per) words.push('per', wordIn(PER, per));
  return words.map(underscored).filter(Boolean).join('_');
}

function wordIn(words: Readonly<Record<string, string>>, unit: string): string {
  return (Object.hasOwn(words, unit) && words[unit]) || unit;
}

/** A metric's name with its unit, without `_total`: what OpenMetrics calls the family's name. */
export function familyName(name: string, unit: string, type: InstrumentType): string {
  let family = underscored(name).replace(/_$/, '');
  if (type === 'counter') family = family.replace(/_total$/, '');
  return unit === '' || family === unit || family.endsWith(`_${unit}`)
    ? family
    : `${family}_${unit}`;
}

/**
 * Attributes as Prometheus labels. Names that become equal share one label, their values joined by
 * `;`. `le` and `quantile` belong to histograms and summaries, names that begin with `__` to
 * Prometheus itself: they are renamed. An empty value is the same as no label, so there is none.
 */
export function labelsOf(attributes: Attributes): Map<string, string> {
  const labels = new Map<string, string>();
  for (const name of Object.keys(attributes).sort()) {
    const value = attributes[name];
    if (value === undefined) continue;
    const label = labelName(name);
    const first = labels.get(label);
    // A lone surrogate has no UTF-8 form: it becomes U+FFFD here, before series are compared.
    const text = String(value).replace(/\p{Surrogate}/gu, '\uFFFD');
    labels.set(label, first === undefined ? text : `${first};${text}`);
  }
  return labels;
}

function labelName(name: string): string {
  const label = underscored(name).replace(/^(?=\d)/, '_');
  return label === 'le' || label === 'quantile' ? `exported_${label}` : label;
}

function underscored(text: string): string {
  return text.replace(/[^a-zA-Z0-9]+/g, '_');
}
