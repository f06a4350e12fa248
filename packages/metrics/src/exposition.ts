import { isAttributeValue } from './attribute-value.js';
import { refuseUnknownKeys, requireObject, wrong } from './errors.js';
import { type Family, familiesOf, type Point } from './families.js';
import type { Attributes } from './ports.js';
import type { Readable } from './snapshot.js';

export type Format = 'prometheus' | 'openmetrics';

export interface ExpositionOptions {
  /**
   * Prometheus text 0.0.4, or OpenMetrics 1.0.0.
   * @default 'prometheus'
   */
  readonly format?: Format;
  /**
   * Labels for every series, such as the service's name; a series' own label wins.
   * @default {}
   */
  readonly labels?: Attributes;
}

/** The media type of what `toPrometheus` writes. */
export const CONTENT_TYPES: Readonly<Record<Format, string>> = {
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/**
 * All metrics as text for Prometheus. Changes nothing: printing twice gives the same text.
 * Names follow OpenTelemetry's rules for Prometheus: `mcp.client.operation.duration` in `s`
 * becomes `mcp_client_operation_duration_seconds`, counters end in `_total`.
 *
 * @throws ConfigError for a wrong option.
 */
export function toPrometheus(metrics: Readable, options: ExpositionOptions = {}): string {
  const { format, labels } = checkExposition(options);
  const lines: string[] = [];
  for (const family of familiesOf(metrics.snapshot(), labels)) printFamily(family, format, lines);
  if (format === 'openmetrics') lines.push('# EOF');
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

/** The options with their defaults. @throws ConfigError */
export function checkExposition(options: ExpositionOptions): Required<ExpositionOptions> {
  refuseUnknownKeys('toPrometheus', options, ['format', 'labels']);
  const { format = 'prometheus', labels = {} } = options;
  if (!Object.hasOwn(CONTENT_TYPES, format)) {
    throw wrong('format', '"prometheus" or "openmetrics"', format);
  }
  requireObject('labels', labels);
  for (const [name, value] of Object.entries(labels)) {
    if (name === '') throw wrong('labels', 'without an empty name', name);
    if (value === undefined || isAttributeValue(value)) continue;
    throw wrong(`labels.${name}`, 'a string, a number or a boolean', value);
  }
  return { format, labels };
}

function printFamily(family: Family, format: Format, lines: string[]): void {
  const { name, type, help, unit, points } = family;
  const open = format === 'openmetrics';
  const sample = type === 'counter' ? `${name}_total` : name;
  const title = open ? name : sample;
  if (help !== '') lines.push(`# HELP ${title} ${open ? quoted(help) : escaped(help)}`);
  lines.push(`# TYPE ${title} ${type}`);
  if (open && unit !== '') lines.push(`# UNIT ${title} ${unit}`);
  for (const point of points) {
    if (point.histogram === undefined) lines.push(sampleLine(sample, point, point.value));
    else printHistogram(family, point, point.histogram, open, lines);
  }
}

function printHistogram(
  { name, bounds }: Family,
  point: Point,
  { count, buckets }: NonNullable<Point['histogram']>,
  open: boolean,
  lines: string[],
): void {
  let cumulative = 0;
  for (const [i, bound] of bounds.entries()) {
    cumulative += buckets[i] ?? 0;
    // OpenMetrics writes whole numbers with a decimal point where they are labels.
    const le = open && Number.isInteger(bound) && !/e/.test(`${bound}`) ? `${bound}.0` : `${bound}`;
    lines.push(sampleLine(`${name}_bucket`, point, cumulative, le));
  }
  lines.push(sampleLine(`${name}_bucket`, point, count, '+Inf'));
  // A sum that can fall is no counter: OpenMetrics then allows neither it nor the count.
  if (open && (bounds[0] ?? 0) < 0) return;
  lines.push(sampleLine(`${name}_sum`, point, point.value));
  lines.push(sampleLine(`${name}_count`, point, count));
}

function sampleLine(name: string, { labels }: Point, value: number, le?: string): string {
  const pairs = Array.from(labels, ([label, text]) => `${label}="${quoted(text)}"`);
  if (le !== undefined) pairs.push(`le="${le}"`);
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${numberText(value)}`;
}

function numberText(value: number): string {
  return value === Number.POSITIVE_INFINITY ? '+Inf' : `${value}`.replace('Infinity', 'Inf');
}

function escaped(text: string): string {
  return text.replace(/\\/g, '\\\\').replace(/\n/g, '\\n');
}

function quoted(text: string): string {
  return escaped(text).replace(/"/g, '\\"');
}
