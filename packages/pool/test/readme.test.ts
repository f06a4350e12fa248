import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createPool, isConfigError, type PoolOptions } from '../src/index.js';

const file = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const readme = file('README.md');
const examples = readdirSync(new URL('../examples', import.meta.url)).sort();

/** What each example prints: a README that shows something else is wrong. */
const prints: Record<string, string[]> = {
  'first.ts': ['Is it open? Yes.', 'closing wss://example.com'],
  'lease.ts': ['a'],
  'leaks.ts': [],
  'one.ts': ['true'],
  'share.ts': ['1 connection for 20 callers'],
  'stream.ts': ['stop: evicted'],
  'tenants.ts': ['2'],
  'watch.ts': ['0'],
};

describe('the README', () => {
  afterEach(() => vi.restoreAllMocks());

  it.each(examples)('shows examples/%s as it is, and it runs', async (name) => {
    const source = file(`examples/${name}`).replace('../src/index.js', '@x/pool');
    expect(readme).toContain(`<!-- examples/${name} -->\n\`\`\`ts\n${source}\`\`\``);
    const printed: string[] = [];
    vi.spyOn(console, 'log').mockImplementation((line) => printed.push(String(line)));
    await import(`../examples/${name}`);
    expect(printed).toEqual(prints[name]);
  });

  it('lists every option with its default, as the TSDoc does', () => {
    const documented = new Map(
      [...file('src/options.ts').matchAll(/@default (.+)\n\s+\*\/\n\s+(\w+)\?/g)].map((match) => [
        match[2],
        match[1],
      ]),
    );
    const rows = [...readme.matchAll(/^\| `(\w+)[^|]*\| ([^|]*) \|/gm)];
    const defaults = new Map(rows.map(([, name, value]) => [name, value?.trim()]));
    expect(documented.size).toBeGreaterThan(20);
    for (const [name, value] of documented) {
      if (name === 'background' || name === 'drainTimeoutMs' || name === 'clock') continue;
      expect(`${name} ${defaults.get(name)?.replaceAll('`', '')}`).toBe(`${name} ${value}`);
    }
  });

  it.each(
    [...readme.matchAll(/^\| `(\w+)` +\| ([\d.]+|true) +\|/gm)].map(([, name, value]) => [
      name,
      value,
    ]),
  )('names an option that exists, %s, and a default that may be given, %s', async (name, value) => {
    const options = { [name as string]: JSON.parse(value as string) } as Partial<
      PoolOptions<string, object>
    >;
    const pool = createPool<string, object>({
      create: () => ({}),
      destroy: () => undefined,
      ...options,
    });
    await pool.close();
    const wrong = { ...options, [name as string]: 'wrong' } as Partial<PoolOptions<string, object>>;
    expect(() =>
      createPool<string, object>({ create: () => ({}), destroy: () => undefined, ...wrong }),
    ).toThrow(expect.toSatisfy(isConfigError));
  });
});
