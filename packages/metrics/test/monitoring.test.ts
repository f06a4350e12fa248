import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createMetrics, recordEvents } from '../src/index.js';
import { toPrometheus } from '../src/prometheus.js';
import { EVERY_EVENT } from './every-event.js';
import { promtool, promtoolIsThere } from './promtool.js';

const folder = fileURLToPath(new URL('../../../docs/monitoring', import.meta.url));
const checked = promtoolIsThere();
const read = (file: string) => readFileSync(join(folder, file), 'utf8');

interface Panel {
  readonly title: string;
  readonly id: number;
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}

const dashboard = JSON.parse(read('grafana-dashboard.json')) as { readonly panels: Panel[] };
const targets = dashboard.panels.flatMap((panel) => panel.targets ?? []);

/** Every sample name and every label that can occur, from one event of each kind. */
function realNames() {
  const metrics = createMetrics();
  const observe = recordEvents(metrics);
  for (const event of EVERY_EVENT) observe(event);
  const faulty = createMetrics({ maxSeries: 1 });
  for (const id of [1, 2, -1]) faulty.counter('faulty').add(id, { id });
  const samples = toPrometheus(metrics) + toPrometheus(faulty);
  return {
    metrics: new Set(samples.match(/^mcp\w+/gm)),
    labels: new Set(samples.match(/(?<=[{,])\w+(?==")/g)),
  };
}

/** The identifiers of an expression that are ours: not functions, keywords or label values. */
function namesIn(expression: string): string[] {
  return expression.replace(/"[^"]*"/g, '""').match(/\b(mcp|gen_ai|error|network)_\w+/g) ?? [];
}

describe('docs/monitoring', () => {
  const { metrics, labels } = realNames();

  it('every name in the dashboard and the alerts is a metric or a label that exists', () => {
    const files = readdirSync(folder).filter((file) => file !== 'README.md');
    expect(files.sort()).toEqual(['alerts.test.yaml', 'alerts.yaml', 'grafana-dashboard.json']);
    const expressions = targets.map(({ expr }) => expr);
    for (const file of files) expressions.push(...read(file).split('\n'));
    const names = new Set(expressions.flatMap(namesIn));
    expect(names.size).toBeGreaterThan(30);
    expect([...names].filter((name) => !metrics.has(name) && !labels.has(name))).toEqual([]);
  });

  it('every metric that is recorded is on the dashboard, or left out on purpose', () => {
    const shown = new Set(targets.flatMap(({ expr }) => namesIn(expr)));
    const base = (name: string) => name.replace(/_(bucket|sum|count)$/, '');
    const shownBases = new Set([...shown].map(base));
    const missing = new Set([...metrics].map(base).filter((name) => !shownBases.has(name)));
    expect([...missing].sort()).toEqual([
      'mcp_client_session_duration_seconds',
      'mcp_ws_breaker_transitions_total',
      'mcp_ws_connection_duration_seconds',
      'mcp_ws_metrics_dropped_total',
      'mcp_ws_metrics_overflowed_total',
      'mcp_ws_server_draining',
      'mcp_ws_server_rejected_total',
      'mcp_ws_session_negotiation_duration_seconds',
      'mcp_ws_session_violations_total',
    ]);
  });

  it('the dashboard is sound: ids are unique, legends name labels that exist', () => {
    const ids = dashboard.panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const legends = targets.flatMap(({ legendFormat }) => legendFormat.match(/\w+(?=\}\})/g) ?? []);
    expect(legends.filter((label) => !labels.has(label))).toEqual([]);
  });

  it.runIf(checked)('promtool accepts the alerts, and they fire when they should', () => {
    expect(promtool(['check', 'rules', join(folder, 'alerts.yaml')])).toMatchObject({ ok: true });
    expect(promtool(['test', 'rules', join(folder, 'alerts.test.yaml')])).toMatchObject({
      ok: true,
    });
  });

  it.runIf(checked)('promtool parses every expression of the dashboard', () => {
    const rules = targets.map(({ expr }, i) => {
      const plain = expr.replaceAll('$__rate_interval', '5m').replaceAll('$endpoint', '.*');
      return `      - { record: "panel:${i}", expr: ${JSON.stringify(plain)} }`;
    });
    const temporary = mkdtempSync(join(tmpdir(), 'dashboard-'));
    try {
      const file = join(temporary, 'rules.yaml');
      writeFileSync(file, ['groups:', '  - name: panels', '    rules:', ...rules, ''].join('\n'));
      expect(promtool(['check', 'rules', file])).toMatchObject({ ok: true });
    } finally {
      rmSync(temporary, { recursive: true });
    }
  });
});
