import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';

const file = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const readme = file('README.md');
const examples = readdirSync(new URL('../examples', import.meta.url))
  .map((name) => name.replace(/\.ts$/, ''))
  .sort();

/** What each example prints: a README that shows something else is wrong. */
const prints: Record<string, unknown[]> = {
  cockatiel: [],
  first: ['add 3'],
  http: [],
  input: [],
  listen: [{ toolsListChanged: true }],
  server: [],
  stack: [],
  unknown: [],
  users: [],
};

describe('the README', () => {
  afterEach(() => {
    vi.restoreAllMocks();
    // Examples share the server of one of them, and close it.
    vi.resetModules();
  });

  it.each(examples)('shows examples/%s.ts as it is, and it runs', async (name) => {
    const source = file(`examples/${name}.ts`)
      .replaceAll('../src/index.js', '@x/client')
      .replaceAll('../src/sdk.js', '@x/client/sdk');
    expect(readme).toContain(`<!-- examples/${name}.ts -->\n\`\`\`ts\n${source}\`\`\``);
    const printed: unknown[] = [];
    vi.spyOn(console, 'log').mockImplementation((...line) => {
      printed.push(line.length === 1 ? line[0] : line.join(' '));
    });
    const { server } = await import(`../examples/${name}.ts`);
    await server?.close();
    expect(printed).toEqual(prints[name]);
  });

  it('lists every option with its default, as the TSDoc does', () => {
    const sources = [
      'client-options',
      'requests',
      'calling',
      'listening',
      'factory-options',
      'single-sessions',
      'sdk/maker',
    ];
    const documented = sources.flatMap((name) =>
      [...file(`src/${name}.ts`).matchAll(/@default (.+)\n\s+\*\/\n\s+readonly (\w+)\?/g)].map(
        ([, value, option]) => `${option} ${value?.replaceAll('`', '')}`,
      ),
    );
    const rows = [...readme.matchAll(/^\| `(\w+)[^|]*\| ([^|]*) \|/gm)].map(
      ([, name, value]) => `${name} ${value?.replaceAll('`', '').trim()}`,
    );
    expect(documented.length).toBeGreaterThan(15);
    expect(documented.filter((line) => !rows.includes(line))).toEqual([]);
  });

  it('lists every error and every event', () => {
    const errors = [...file('src/errors.ts').matchAll(/export class (\w+)/g)].map(
      ([, name]) => name,
    );
    const events = [...file('src/events.ts').matchAll(/Of<'([\w.]+)'>/g)].map(([, name]) => name);
    for (const name of [...errors, ...events]) expect(readme).toContain(`| \`${name}\``);
    expect(errors).toHaveLength(8);
    expect(events).toHaveLength(5);
  });
});
