import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import { createMetrics, recordEvents, summary } from '../src/index.js';
import { EXPIRE_AFTER_MS, MAX_SERIES } from '../src/metrics.js';
import type { createTracing } from '../src/opentelemetry.js';
import { MAX_ENDPOINTS, MAX_NAMES } from '../src/record-events.js';

const execute = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const rows = readme
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .map((line) => line.split('|').map((cell) => cell.trim().replace(/^`(.*)`$/, '$1')));
const examples = readdirSync(join(root, 'examples'));

describe('README', () => {
  it('shows every example as it is in its file, which the compiler has checked', () => {
    const shown = [...readme.matchAll(/<!-- examples\/(\S+) -->\n```ts\n(.*?)```/gs)];
    expect(shown.map(([, file]) => file).sort()).toEqual(examples.sort());
    for (const [, file, code] of shown) {
      expect(code).toBe(readFileSync(join(root, 'examples', file ?? ''), 'utf8'));
    }
  });

  it('lists every metric that is recorded, with its type and unit', () => {
    const types = {
      counter: 'counter',
      upDownCounter: 'up-down counter',
      gauge: 'gauge',
      histogram: 'histogram',
    };
    const metrics = createMetrics();
    recordEvents(metrics);
    const recorded = metrics
      .snapshot()
      .metrics.map(({ name, type, unit }) => [name, types[type], unit].join(' ').trim());
    const listed = rows
      .filter(([, name, type]) => /^mcp[\w.]+$/.test(name ?? '') && !/^mcp/.test(type ?? ''))
      .map(([, name, type, unit]) => [name, type, unit].join(' ').trim());
    expect(listed.sort()).toEqual(recorded.sort());
  });

  it('lists every name of the summary', () => {
    for (const name of Object.keys(summary(createMetrics()))) expect(readme).toContain(`\`${name}`);
  });

  it('has the defaults that the options document', () => {
    const sources = ['metrics', 'descriptor', 'record-events', 'exposition', 'tracing'].map(
      (file) => readFileSync(join(root, 'src', `${file}.ts`), 'utf8'),
    );
    const documented = sources
      .join('\n')
      .matchAll(/@default (.*)\n\s+\*\/\n\s+readonly (\w+)\??:/g);
    const options = Array.from(documented, ([, value, option]) => [option, value]);
    expect(options.length).toBeGreaterThanOrEqual(10);
    for (const [option, value] of options) {
      const row = rows.find((cells) => cells[2] === option);
      expect([option, row?.[4]]).toEqual([option, value]);
    }
  });

  it('documents the limits that the code has', () => {
    const limits = {
      maxSeries: MAX_SERIES,
      expireAfterMs: EXPIRE_AFTER_MS,
      maxEndpoints: MAX_ENDPOINTS,
      maxNames: MAX_NAMES,
    };
    const sources = ['metrics', 'record-events'].map((file) =>
      readFileSync(join(root, 'src', `${file}.ts`), 'utf8'),
    );
    for (const [option, value] of Object.entries(limits)) {
      expect(sources.join()).toMatch(
        new RegExp(`@default ${value}\\n\\s+\\*/\\n\\s+readonly ${option}\\?:`),
      );
      expect([option, rows.find((cells) => cells[2] === option)?.[4]]).toEqual([
        option,
        `${value}`,
      ]);
    }
  });

  it('shows a trace port that createTracing satisfies', () => {
    interface Trace {
      startCall(call: {
        method: string;
        tool?: string;
        prompt?: string;
        endpoint?: string;
        protocolVersion?: string;
        requestId?: string | number;
      }): {
        readonly meta: Readonly<Record<string, string>>;
        end(outcome?: {
          outcome?: 'ok' | 'tool_error' | 'error' | 'aborted';
          errorCode?: string;
          rpcCode?: number;
          protocolVersion?: string;
        }): void;
      };
    }
    expectTypeOf<ReturnType<typeof createTracing>>().toExtend<Trace>();
  });
});

describe('examples', () => {
  const out = join(root, 'node_modules', '.examples');

  beforeAll(async () => {
    mkdirSync(out, { recursive: true });
    await build({
      entryPoints: examples.map((file) => join(root, 'examples', file)),
      outdir: out,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      format: 'esm',
      platform: 'node',
      packages: 'external',
      alias: Object.fromEntries(
        ['', '/prometheus', '/opentelemetry', '/prom-client'].map((entry) => [
          `@x/metrics${entry}`,
          join(root, 'src', `${entry.slice(1) || 'index'}.ts`),
        ]),
      ),
    });
  });
  afterAll(() => rmSync(out, { recursive: true }));

  /** Runs an example in a process of its own, then `more` with what it exports; what it printed. */
  async function run(file: string, more = ''): Promise<string> {
    const url = pathToFileURL(join(out, file.replace(/ts$/, 'mjs'))).href;
    const script = `const example = await import(${JSON.stringify(url)});\n${more}`;
    const env = { ...process.env, METRICS_PORT: '0' };
    const { stdout } = await execute(process.execPath, ['--input-type=module', '-e', script], {
      env,
    });
    return stdout;
  }

  const more: Readonly<Record<string, string>> = {
    'fetch-server.ts': `
      const answer = example.default.fetch(new Request('http://h/metrics'));
      console.log(answer.headers.get('content-type'));`,
    'prometheus.ts': `
      const { server, observer } = example;
      if (!server.listening) await new Promise((resolve) => server.once('listening', resolve));
      observer({ type: 'pool.leak', key: 'ws://h/mcp' });
      const answer = await fetch('http://127.0.0.1:' + server.address().port + '/metrics');
      console.log(await answer.text());
      process.exit();`,
    'prom-client.ts': `
      const { register } = await import(${JSON.stringify(import.meta.resolve('prom-client'))});
      example.observer({ type: 'budget.spent' });
      console.log(await register.metrics());`,
  };

  const expected: Readonly<Record<string, string>> = {
    'fetch-server.ts': 'text/plain; version=0.0.4',
    'first.ts': '"p99": 42.5',
    'own-meter.ts': 'mcp_ws.budget.spent 1',
    'prom-client.ts': 'mcp_ws_budget_spent_total 1',
    'prometheus.ts': 'mcp_ws_pool_leaks_total{mcp_ws_endpoint="ws://h/mcp",service="agent"} 1',
    'summary.ts': 'Pool efficiency: 0.0 %',
    'tracing.ts': "arguments: { q: 'x' }",
  };

  it.each(examples)('%s runs', async (file) => {
    expect(await run(file, more[file])).toContain(expected[file] ?? '');
  });
});
