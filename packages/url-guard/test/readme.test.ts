import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';

const file = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const readme = file('README.md');
const examples = readdirSync(new URL('../examples', import.meta.url)).sort();

/** What each example prints: a README that shows something else is wrong. */
const prints: Record<string, unknown[][]> = {
  'fetch.ts': [['http://169.254.169.254 is refused: metadata']],
  'first.ts': [
    ['dial', '1.1.1.1'],
    ['http://127.0.0.1 is refused: loopback'],
    ['http://169.254.169.254 is refused: metadata'],
  ],
  'internal.ts': [[['10.96.0.7']], [true, 'private']],
  'node.ts': [['127.0.0.1:443 is refused: loopback'], ['[::1]:443 is refused: loopback']],
  'proxy.ts': [[{ url: 'https://mcp.example.com/mcp' }], ['not-allowed']],
  'redirect.ts': [['https://example.com/moved'], ['downgrade']],
  'report.ts': [['would refuse ws://192.168.0.10:3000: private'], [['192.168.0.10']]],
};

describe('the README', () => {
  afterEach(() => vi.restoreAllMocks());

  it.each(examples)('shows examples/%s as it is, and it runs', async (name) => {
    const source = file(`examples/${name}`).replace('../src/index.js', '@x/url-guard');
    expect(readme).toContain(`<!-- examples/${name} -->\n\`\`\`ts\n${source}\`\`\``);
    const printed: unknown[][] = [];
    vi.spyOn(console, 'log').mockImplementation((...line) => void printed.push(line));
    await import(`../examples/${name.replace(/\.ts$/, '')}.ts`);
    expect(printed).toEqual(prints[name]);
  });

  it('lists every option with its default, as the TSDoc does', () => {
    const source = file('src/options.ts').split('export interface InspectOptions')[0] ?? '';
    const options = [
      ...source.matchAll(/(?:@default (.+)\n)?(?:\s+\*\/\n|\*\/\n\s+)\s*readonly (\w+)\?/g),
    ];
    const table = readme.slice(readme.indexOf('## Options'), readme.indexOf('## Rules'));
    const rows = new Map(
      [...table.matchAll(/^\| `(\w+)` +\| ([^|]*?) +\|/gm)].map(([, name, value]) => [name, value]),
    );
    expect(options.length).toBe(17);
    for (const [, value, name] of options) {
      expect(rows.has(name), name).toBe(true);
      if (value) expect(rows.get(name)).toBe(`\`${value}\``);
    }
  });

  it('lists every reason, in the order of the rules', () => {
    const reasons = [...file('src/reasons.ts').matchAll(/^ {2}\| '(.+)'/gm)].map(
      ([, name]) => name,
    );
    const table = readme.slice(readme.indexOf('## Rules'), readme.indexOf('## Errors'));
    const rows = [...table.matchAll(/^\| `([\w-]+)` /gm)].map(([, name]) => name);
    expect(rows).toEqual(reasons);
  });

  it('names every export', async () => {
    for (const name of Object.keys(await import('../src/index.js'))) {
      expect(readme, name).toContain(name);
    }
  });
});
