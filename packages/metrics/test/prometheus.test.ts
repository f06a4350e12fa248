import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import parse from 'parse-prometheus-text-format';
import { describe, expect, it } from 'vitest';
import { ConfigError, createMetrics, type Snapshot } from '../src/index.js';
import { handler, scrape, toPrometheus } from '../src/prometheus.js';
import { promtool, promtoolIsThere } from './promtool.js';

const checked = promtoolIsThere();

/** A value of each kind, with everything that can be awkward about it. */
function awkward() {
  const metrics = createMetrics({ maxSeries: 3 });
  const calls = metrics.counter('app.calls', { description: 'Calls,\nall "of" C:\\them.' });
  calls.add(2, { path: 'C:\\DIR\n"x"', ok: true });
  calls.add(1, { path: '', ok: false });
  calls.add(-1);
  metrics.counter('app.time', { description: 'Time.', unit: 's', attributes: [] });
  metrics.upDownCounter('app.open', { description: 'Open.', unit: '{connection}' }).add(-4);
  metrics.gauge('app.load', { description: 'Load.', unit: '1' }).record(0.5, { le: 'x', '9': 1 });
  const sizes = metrics.histogram('app.size', {
    description: 'Size.',
    unit: 'By',
    buckets: [0.5, 1, 1e21],
  });
  for (const n of [0.5, 0.7, 3, 1e22]) sizes.record(n, { le: 'mine', to: 'é\u2028😀' });
  for (let i = 0; i < 5; i++) metrics.gauge('app.many', { description: 'Many.' }).record(i, { i });
  return metrics;
}

describe('toPrometheus', () => {
  it('writes text 0.0.4', () => {
    expect(toPrometheus(awkward())).toBe(
      String.raw`# HELP app_calls_total Calls,\nall "of" C:\\them.
# TYPE app_calls_total counter
app_calls_total{ok="true",path="C:\\DIR\n\"x\""} 2
app_calls_total{ok="false"} 1
# HELP app_time_seconds_total Time.
# TYPE app_time_seconds_total counter
app_time_seconds_total 0
# HELP app_open Open.
# TYPE app_open gauge
app_open -4
# HELP app_load_ratio Load.
# TYPE app_load_ratio gauge
app_load_ratio{_9="1",exported_le="x"} 0.5
# HELP app_size_bytes Size.
# TYPE app_size_bytes histogram
app_size_bytes_bucket{exported_le="mine",to="é😀",le="0.5"} 1
app_size_bytes_bucket{exported_le="mine",to="é😀",le="1"} 2
app_size_bytes_bucket{exported_le="mine",to="é😀",le="1e+21"} 3
app_size_bytes_bucket{exported_le="mine",to="é😀",le="+Inf"} 4
app_size_bytes_sum{exported_le="mine",to="é😀"} 1.00000000000000000042e+22
app_size_bytes_count{exported_le="mine",to="é😀"} 4
# HELP app_many Many.
# TYPE app_many gauge
app_many{i="0"} 0
app_many{i="1"} 1
app_many{i="2"} 2
app_many{otel_metric_overflow="true"} 4
# HELP mcp_ws_metrics_dropped_total Measurements refused as unfit.
# TYPE mcp_ws_metrics_dropped_total counter
mcp_ws_metrics_dropped_total{metric="app.calls"} 1
# HELP mcp_ws_metrics_overflowed_total Measurements that found no series of their own.
# TYPE mcp_ws_metrics_overflowed_total counter
mcp_ws_metrics_overflowed_total{metric="app.many"} 2
`
        .replace('1.00000000000000000042e+22', `${0.5 + 0.7 + 3 + 1e22}`)
        .replaceAll('é😀', 'é\u2028😀'),
    );
  });

  it('writes OpenMetrics: _total on samples only, units, le with a point, # EOF at the end', () => {
    const lines = toPrometheus(awkward(), { format: 'openmetrics' }).split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        String.raw`# HELP app_calls Calls,\nall \"of\" C:\\them.`,
        '# TYPE app_calls counter',
        'app_calls_total{ok="false"} 1',
        '# TYPE app_time_seconds counter',
        '# UNIT app_time_seconds seconds',
        'app_time_seconds_total 0',
        '# UNIT app_load_ratio ratio',
      ]),
    );
    expect(lines.filter((line) => line.startsWith('app_size_bytes_bucket')).join()).toMatch(
      /le="0.5".*le="1.0".*le="1e\+21".*le="\+Inf"/s,
    );
    expect(lines.slice(-2)).toEqual(['# EOF', '']);
    expect(lines.filter((line) => line === '# EOF')).toHaveLength(1);
  });

  it('writes no sum in OpenMetrics where it may fall: of buckets below zero', () => {
    const metrics = createMetrics();
    const histogram = metrics.histogram('temperature', { buckets: [-1, 1] });
    for (const n of [-5, 0.5]) histogram.record(n);
    expect(toPrometheus(metrics, { format: 'openmetrics' })).not.toMatch(/_(sum|count)/);
    expect(toPrometheus(metrics)).toContain('temperature_sum -4.5\ntemperature_count 2\n');
  });

  it('writes nothing for nothing, and # EOF for nothing in OpenMetrics', () => {
    expect(toPrometheus(createMetrics())).toBe('');
    expect(toPrometheus(createMetrics(), { format: 'openmetrics' })).toBe('# EOF\n');
  });

  it('says the same twice, also after the other format, and changes no snapshot', () => {
    const metrics = awkward();
    const before = metrics.snapshot();
    const text = toPrometheus(metrics);
    const open = toPrometheus(metrics, { format: 'openmetrics' });
    expect(toPrometheus(metrics)).toBe(text);
    expect(toPrometheus(metrics, { format: 'openmetrics' })).toBe(open);
    expect(metrics.snapshot()).toEqual(before);
  });

  it('prints a zero for a metric without attributes, and none where there may be some', () => {
    const metrics = createMetrics();
    metrics.counter('bare', { attributes: [] });
    metrics.counter('labelled');
    metrics.histogram('h', { attributes: [], buckets: [1] });
    expect(toPrometheus(metrics)).toBe(
      [
        '# TYPE bare_total counter',
        'bare_total 0',
        '# TYPE labelled_total counter',
        '# TYPE h histogram',
        'h_bucket{le="1"} 0',
        'h_bucket{le="+Inf"} 0',
        'h_sum 0',
        'h_count 0',
        '',
      ].join('\n'),
    );
  });

  it('default labels lose to own labels', () => {
    const metrics = createMetrics();
    metrics.gauge('g').record(1, { service: 'own' });
    metrics.gauge('g').record(2, { a: 1 });
    expect(toPrometheus(metrics, { labels: { service: 'default', zone: 'z' } })).toBe(
      '# TYPE g gauge\ng{service="own",zone="z"} 1\ng{a="1",service="default",zone="z"} 2\n',
    );
  });

  it.each([
    ['calls', '', 'calls_total'],
    ['calls.total', '', 'calls_total'],
    ['a.b-c/d', '', 'a_b_c_d_total'],
    ['a__b.', '', 'a_b_total'],
    ['cpu.time', 's', 'cpu_time_seconds_total'],
    ['cpu.seconds', 's', 'cpu_seconds_total'],
    ['cpu.total', 's', 'cpu_seconds_total'],
    ['bytes', 'By', 'bytes_total'],
    ['io', 'By/s', 'io_bytes_per_second_total'],
    ['calls', '{call}', 'calls_total'],
    ['calls', '{call}/s', 'calls_per_second_total'],
    ['share', '1', 'share_total'],
    ['x', 'widget', 'x_widget_total'],
    ['energy', 'J', 'energy_joules_total'],
    ['way', 'm', 'way_meters_total'],
    ['disk', 'TiBy', 'disk_tibibytes_total'],
    ['turns', '{turn}/m', 'turns_per_minute_total'],
    ['turns', '{turn}/min', 'turns_per_minute_total'],
    ['turns', '{turn}/constructor', 'turns_per_constructor_total'],
    ['x', 'constructor', 'x_constructor_total'],
  ])('a counter %s in %j is called %s', (name, unit, expected) => {
    const metrics = createMetrics();
    metrics.counter(name, { unit, attributes: [] });
    expect(toPrometheus(metrics)).toContain(`\n${expected} 0\n`);
  });

  it('label names that become equal share a label, values joined in order of the names', () => {
    const metrics = createMetrics();
    metrics.gauge('g').record(1, { hello_world: 'c', 'hello.world': 'b', 'hello-world': 'a' });
    expect(toPrometheus(metrics)).toContain('g{hello_world="a;b;c"} 1');
  });

  it('labels of Prometheus itself cannot be set', () => {
    const metrics = createMetrics();
    metrics.gauge('g').record(1, { __name__: 'evil', le: '1', __le: '2' });
    expect(toPrometheus(metrics)).toContain('g{_le="2",_name_="evil",exported_le="1"} 1');
  });

  it('series that become equal are added up, the last one of a gauge counts', () => {
    const metrics = createMetrics();
    for (const attributes of [
      { a: 1 },
      { a: '1' },
      { a: '1', b: '' },
      { a: 'x\uD800' },
      { a: 'x\uDFFF' },
    ]) {
      metrics.counter('c').add(1, attributes);
      metrics.upDownCounter('u').add(2, attributes);
      metrics.gauge('g').record(Object.keys(attributes).length, attributes);
      metrics.histogram('h', { buckets: [1] }).record(1, attributes);
    }
    const text = toPrometheus(metrics);
    expect(text).toContain('c_total{a="1"} 3\nc_total{a="x\uFFFD"} 2\n');
    expect(text).toContain('u{a="1"} 6\n');
    expect(text).toContain('g{a="1"} 2\n');
    expect(text).toContain(
      'h_bucket{a="1",le="1"} 3\nh_bucket{a="1",le="+Inf"} 3\nh_sum{a="1"} 3\n',
    );
    expectUnique(text);
  });

  it('label sets that prom-client would merge stay two', () => {
    const metrics = createMetrics();
    metrics.counter('c').add(1, { a: 'x|y', b: 'z' });
    metrics.counter('c').add(1, { a: 'x', b: 'y|z' });
    metrics.counter('d').add(1, { a: '1,b:2' });
    metrics.counter('d').add(1, { a: '1', b: '2' });
    expect(toPrometheus(metrics).match(/^[cd]_total.* 1$/gm)).toHaveLength(4);
  });

  it('metric names that become equal share a family if of a kind, else the later is renamed', () => {
    const metrics = createMetrics();
    metrics.counter('a.b', { description: 'First.' }).add(1, { x: 1 });
    metrics.counter('a-b', { description: 'Second.' }).add(1, { x: 1 });
    metrics.gauge('a/b').record(5);
    metrics.gauge('a_b_total').record(6);
    metrics.histogram('a_b', { buckets: [1] }).record(1);
    metrics.histogram('a.b.', { buckets: [2] }).record(1);
    metrics.gauge('a_b_histogram_count').record(7);
    const text = toPrometheus(metrics);
    expect(text.match(/^# TYPE .*/gm)).toEqual([
      '# TYPE a_b_total counter',
      '# TYPE a_b_gauge gauge',
      '# TYPE a_b_total_gauge gauge',
      '# TYPE a_b_histogram histogram',
      '# TYPE a_b_histogram_2 histogram',
      '# TYPE a_b_histogram_count_gauge gauge',
    ]);
    expect(text).toContain('# HELP a_b_total First.');
    expect(text).not.toContain('Second.');
    expect(text).toContain('a_b_total{x="1"} 2');
    expectUnique(text);
  });

  it('a renamed metric has no unit in OpenMetrics, since its name does not end in it', () => {
    const metrics = createMetrics();
    metrics.histogram('time', { unit: 's' });
    metrics.gauge('time.', { unit: 's' }).record(1);
    const text = toPrometheus(metrics, { format: 'openmetrics' });
    expect(text.match(/^# UNIT.*/gm)).toEqual(['# UNIT time_seconds seconds']);
    expect(text).toContain('time_seconds_gauge 1');
  });

  it('prints what is not finite as Prometheus spells it', () => {
    const values = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e21, 5e-324];
    const snapshot = (): Snapshot => ({
      metrics: [
        {
          type: 'gauge',
          name: 'g',
          description: '',
          unit: '',
          overflowed: 0,
          dropped: 0,
          series: values.map((value, i) => ({ attributes: { i }, value })),
        },
      ],
    });
    const text = toPrometheus({ snapshot });
    expect(text.match(/(?<=\} ).*/g)).toEqual(['NaN', '+Inf', '-Inf', '1e+21', '5e-324']);
    if (checked) expect(promtool(['check', 'metrics'], text).said).toMatch(/^(g no help text)?$/);
  });

  it('refuses wrong options', () => {
    const metrics = createMetrics();
    const bad = (options: object) => () => toPrometheus(metrics, options);
    expect(bad({ format: 'xml' })).toThrow(ConfigError);
    expect(bad({ format: 'xml' })).toThrow(
      'format must be "prometheus" or "openmetrics", got "xml"',
    );
    expect(bad({ label: {} })).toThrow('toPrometheus has no option label');
    expect(bad({ labels: { a: {} } })).toThrow('labels.a must be a string, a number or a boolean');
    expect(bad({ labels: null })).toThrow('labels must be an object, got null');
    expect(bad({ labels: { '': 'x' } })).toThrow(ConfigError);
    expect(bad(null as never)).toThrow('options must be an object, got null');
  });
});

describe('read back by others', () => {
  it('an independent parser finds every value under its labels', () => {
    const families = parse(toPrometheus(awkward()));
    const named = (name: string) => families.find((family) => family.name === name);
    expect(named('app_calls_total')).toEqual({
      name: 'app_calls_total',
      help: 'Calls,\nall "of" C:\\them.',
      type: 'COUNTER',
      metrics: [
        { value: '2', labels: { ok: 'true', path: 'C:\\DIR\n"x"' } },
        { value: '1', labels: { ok: 'false' } },
      ],
    });
    const buckets = { '0.5': '1', '1': '2', '1e+21': '3', '+Inf': '4' };
    expect(named('app_size_bytes')?.metrics).toMatchObject([{ buckets }]);
  });

  it('an independent parser finds the sum and count of a histogram', () => {
    const metrics = createMetrics();
    for (const n of [1, 2, 4]) metrics.histogram('h', { buckets: [2] }).record(n);
    expect(parse(toPrometheus(metrics))[0]?.metrics).toEqual([
      { buckets: { '2': '2', '+Inf': '3' }, sum: '7', count: '3' },
    ]);
  });

  it('any label value comes back as it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }), (value) => {
        const metrics = createMetrics();
        metrics.gauge('g').record(1, { value });
        const [family] = parse(toPrometheus(metrics));
        expect(family?.metrics).toEqual([{ value: '1', labels: { value } }]);
      }),
    );
  });

  it.runIf(checked)('promtool finds nothing to complain about', () => {
    expect(promtool(['check', 'metrics'], toPrometheus(awkward()))).toEqual({ ok: true, said: '' });
  });

  it.runIf(checked)('promtool parses whatever attributes and names there are', () => {
    const value = fc.oneof(fc.string({ unit: 'binary' }), fc.double(), fc.boolean());
    const name = fc.constantFrom(
      'le',
      '__name__',
      '9',
      'a.b',
      'a_b',
      'é',
      '"',
      '\n',
      'quantile',
      'A',
    );
    const metrics = createMetrics();
    const attributeSets = fc.sample(fc.dictionary(name, value), { numRuns: 300, seed: 7 });
    for (const attributes of attributeSets) {
      metrics.counter('app.calls', { description: 'A.' }).add(1, attributes);
      metrics.histogram('app.size', { description: 'A.', buckets: [1] }).record(1, attributes);
    }
    expect(promtool(['check', 'metrics'], toPrometheus(metrics))).toEqual({ ok: true, said: '' });
  });

  it.runIf(checked)("Prometheus' OpenMetrics parser reads it, to the last line", () => {
    const text = toPrometheus(awkward(), { format: 'openmetrics' });
    const folder = mkdtempSync(join(tmpdir(), 'metrics-'));
    try {
      const load = (name: string, content: string) => {
        const path = join(folder, name);
        writeFileSync(path, content);
        return promtool(['tsdb', 'create-blocks-from', 'openmetrics', path, join(folder, 'data')]);
      };
      // This command wants a time on every sample.
      const timed = text.replace(/^([^#\n].*)$/gm, '$1 1700000000');
      expect(load('good.txt', timed)).toMatchObject({ ok: true });
      expect(load('cut.txt', timed.replace('# EOF\n', '')).ok).toBe(false);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('handler', () => {
  const PROMETHEUS =
    'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,' +
    'text/plain;version=0.0.4;q=0.5,*/*;q=0.1';

  it.each([
    [PROMETHEUS, 'openmetrics'],
    ['text/plain', 'text/plain'],
    ['*/*', 'text/plain'],
    [undefined, 'text/plain'],
    ['', 'text/plain'],
    ['text/html, */*;q=0.8', 'text/plain'],
    ['application/openmetrics-text', 'openmetrics'],
    ['Application/OpenMetrics-Text; Version=1.0.0; charset=utf-8', 'openmetrics'],
    ['application/openmetrics-text;q=0.4, text/plain', 'text/plain'],
    ['application/openmetrics-text;q=0, */*', 'text/plain'],
    ['application/openmetrics-text;version=0.0.1', 'text/plain'],
    ['application/openmetrics-text;q=5, text/plain', 'text/plain'],
    ['application/openmetrics-text;q=oops, text/plain;q=0.1', 'text/plain'],
  ])('for %j it chooses %s', (accept, type) => {
    expect(scrape(createMetrics(), accept).contentType).toContain(type);
  });

  it('answers GET and HEAD over a real server, and nothing else', async () => {
    const metrics = awkward();
    const server = createServer(handler(metrics, { labels: { service: 's' } }));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
    try {
      const got = await fetch(url, { headers: { accept: PROMETHEUS } });
      expect(got.status).toBe(200);
      expect(got.headers.get('content-type')).toBe(
        'application/openmetrics-text; version=1.0.0; charset=utf-8',
      );
      expect(got.headers.get('vary')).toBe('accept');
      const labels = { service: 's' };
      expect(await got.text()).toBe(toPrometheus(metrics, { format: 'openmetrics', labels }));
      const head = await fetch(url, { method: 'HEAD' });
      expect([head.status, await head.text()]).toEqual([200, '']);
      const post = await fetch(url, { method: 'POST', body: 'x' });
      expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('answers 500 without a word when the metrics cannot be read', () => {
    const broken = {
      snapshot: () => {
        throw new Error('secret');
      },
    };
    const seen: unknown[] = [];
    const response = { statusCode: 0, setHeader() {}, end: (body?: string) => seen.push(body) };
    handler(broken)({ method: 'GET', headers: {} }, response);
    expect([response.statusCode, seen]).toEqual([500, [undefined]]);
  });

  it('refuses wrong options when it is built', () => {
    expect(() => handler(createMetrics(), { label: {} } as never)).toThrow(
      'handler has no option label',
    );
    expect(() => handler(createMetrics(), { labels: 1 } as never)).toThrow(
      'labels must be an object',
    );
    expect(() => handler(createMetrics(), null as never)).toThrow(ConfigError);
    expect(() => scrape(createMetrics(), '', null as never)).toThrow(ConfigError);
  });
});

/** A name with the same labels twice makes Prometheus refuse the whole scrape. */
function expectUnique(text: string): void {
  const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const keys = samples.map((line) => line.slice(0, line.lastIndexOf(' ')));
  expect(new Set(keys).size).toBe(keys.length);
  const names = text.match(/^# TYPE \S+/gm) ?? [];
  expect(new Set(names).size).toBe(names.length);
}
