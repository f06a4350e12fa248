import { AggregatorRegistry, Counter, Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { ConfigError, createMetrics, recordEvents, summary } from '../src/index.js';
import { fromPromClient } from '../src/prom-client.js';
import { toPrometheus } from '../src/prometheus.js';
import { EVERY_EVENT } from './every-event.js';
import { promtool, promtoolIsThere } from './promtool.js';
import type { SparseEvent } from './sparse-event.js';

const checked = promtoolIsThere();
const openMetricsRegistry = () => {
  const registry = new Registry();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never);
  return registry;
};

/** The samples and types of a text, in any order and without blank lines. */
const linesOf = (text: string) => text.split('\n').filter(Boolean).sort();

describe('fromPromClient', () => {
  it('shows in the registry what toPrometheus would print, beside what is there already', async () => {
    const registry = new Registry();
    new Counter({ name: 'app_jobs_total', help: 'Jobs.', registers: [registry] }).inc(3);
    const [theirs, ours] = [fromPromClient(registry), createMetrics()];
    for (const metrics of [theirs, ours]) {
      const observe = recordEvents(metrics);
      for (const event of EVERY_EVENT) observe(event);
    }
    const text = await registry.metrics();
    expect(linesOf(text)).toEqual(
      linesOf(
        `# HELP app_jobs_total Jobs.\n# TYPE app_jobs_total counter\napp_jobs_total 3\n${toPrometheus(ours)}`,
      ),
    );
    expect(summary(theirs)).toEqual(summary(ours));
    if (checked) expect(promtool(['check', 'metrics'], text)).toEqual({ ok: true, said: '' });
  });

  it('is right in OpenMetrics too, also after printing twice', async () => {
    const registry = openMetricsRegistry();
    const metrics = fromPromClient(registry);
    metrics.counter('app.calls', { description: 'Calls.' }).add(2, { a: 'x' });
    const text = await registry.metrics();
    expect(text).toBe(
      '# HELP app_calls Calls.\n# TYPE app_calls counter\napp_calls_total{a="x"} 2\n# EOF\n',
    );
    expect(await registry.metrics()).toBe(text);
    registry.setContentType(Registry.PROMETHEUS_CONTENT_TYPE as never);
    expect(await registry.metrics()).toContain(
      '# TYPE app_calls_total counter\napp_calls_total{a="x"} 2',
    );
  });

  it('keeps label sets apart that prom-client merges', async () => {
    const registry = new Registry();
    const ours = fromPromClient(registry).counter('ours');
    ours.add(1, { a: '1,b:2' });
    ours.add(1, { a: '1', b: '2' });
    expect((await registry.metrics()).match(/^ours_total\{.*/gm)).toEqual([
      'ours_total{a="1,b:2"} 1',
      'ours_total{a="1",b="2"} 1',
    ]);
  });

  it('takes any attribute at any time, escapes values and counts what it drops', async () => {
    const registry = new Registry();
    registry.setDefaultLabels({ service: 'default' });
    const gauge = fromPromClient(registry).gauge('g');
    gauge.record(1, { 'a.b': 'C:\\x\n"', late: true, le: 1 });
    gauge.record(2, { service: 'own' });
    gauge.record(Number.NaN);
    const text = await registry.metrics();
    expect(text).toContain(
      String.raw`g{a_b="C:\\x\n\"",exported_le="1",late="true",service="default"} 1`,
    );
    expect(text).toContain('g{service="own"} 2');
    expect(await registry.metrics()).toContain(
      'mcp_ws_metrics_dropped_total{metric="g",service="default"} 1',
    );
  });

  it('gives the same metrics for the same registry', () => {
    const registry = new Registry();
    expect(fromPromClient(registry)).toBe(fromPromClient(registry));
    const metrics = fromPromClient(registry);
    expect(metrics.histogram('h')).toBe(metrics.histogram('h'));
    expect(fromPromClient(new Registry())).not.toBe(metrics);
  });

  it('names that become equal share a metric or are told apart, as in toPrometheus', async () => {
    const registry = new Registry();
    const metrics = fromPromClient(registry);
    metrics.counter('a.b').add(1);
    metrics.counter('a-b').add(2);
    metrics.gauge('a/b').record(5);
    const text = await registry.metrics();
    expect(text).toContain('\na_b_total 3');
    expect(text).toContain('\na_b_gauge 5');
  });

  it('refuses a name that the registry has already, and lives on', async () => {
    const registry = new Registry();
    new Counter({ name: 'x_total', help: 'X.', registers: [registry] });
    const metrics = fromPromClient(registry);
    expect(() => metrics.counter('x')).toThrow(ConfigError);
    expect(() => metrics.counter('x')).toThrow('the registry has a metric of the name of x');
    metrics.counter('y').add(1);
    expect(await registry.metrics()).toContain('y_total 1');
  });

  it('an application that has our fault counters keeps them, and its scrape works', async () => {
    const registry = new Registry();
    const name = 'mcp_ws_metrics_dropped_total';
    new Counter({ name, help: 'Theirs.', registers: [registry] }).inc(7);
    const metrics = fromPromClient(registry);
    metrics.counter('c').add(-1);
    for (let i = 0; i < 2; i++) expect(await registry.metrics()).toContain(`${name} 7`);
  });

  it('comes back into a registry that was cleared, when it is asked for', async () => {
    const registry = new Registry();
    fromPromClient(registry).counter('app.x').add(1);
    registry.clear();
    expect(await registry.metrics()).not.toContain('app_x');
    fromPromClient(registry).counter('app.x').add(1);
    expect(await registry.metrics()).toContain('app_x_total 2');
    registry.clear();
    fromPromClient(registry).gauge('app.y').record(3);
    expect(await registry.metrics()).toMatch(/app_x_total 2.*app_y 3/s);
  });

  it('leaves out a metric that was removed from the registry, until it is asked for', async () => {
    const registry = new Registry();
    const metrics = fromPromClient(registry);
    const x = metrics.counter('app.x');
    metrics.counter('app.y').add(1);
    registry.removeSingleMetric('app_x_total');
    x.add(1);
    for (let i = 0; i < 2; i++) {
      const text = await registry.metrics();
      expect(text).toContain('app_y_total 1');
      expect(text).not.toContain('app_x_total');
    }
    metrics.counter('app.x').add(1);
    expect(await registry.metrics()).toContain('app_x_total 2');
  });

  it('refuses a name that the application took when the registry was cleared', () => {
    const registry = new Registry();
    const metrics = fromPromClient(registry);
    metrics.counter('x');
    registry.clear();
    new Counter({ name: 'x_total', help: 'X.', registers: [registry] });
    expect(() => metrics.counter('x')).toThrow(ConfigError);
  });

  it('over workers adds up, but takes the largest of states', async () => {
    const workers = await Promise.all(
      ['opened', 'closed'].map(async (state) => {
        const registry = new Registry();
        const observe: (event: SparseEvent) => void = recordEvents(fromPromClient(registry));
        observe({ type: `breaker.${state}` as 'breaker.opened', name: 'ws://a' });
        observe({ type: 'ws.draining', connections: 2 });
        return registry.getMetricsAsJSON();
      }),
    );
    const all = AggregatorRegistry.aggregate(workers as never);
    const text = await all.metrics();
    expect(text).toContain('mcp_ws_breaker_state{mcp_ws_endpoint="ws://a"} 2');
    expect(text).toContain('mcp_ws_server_draining 4');
  });

  it('is reset with its registry', async () => {
    const registry = new Registry();
    const metrics = fromPromClient(registry);
    metrics.counter('c').add(1);
    metrics.upDownCounter('u').add(4);
    registry.resetMetrics();
    const text = await registry.metrics();
    expect(text).not.toContain('c_total 1');
    expect(text).toContain('u 4');
  });
});
