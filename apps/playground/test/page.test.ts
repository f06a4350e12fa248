import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright';
import { afterEach, describe, expect, it } from 'vitest';
import { findChromium } from '../../../scripts/find-chromium.mjs';
import { freePort } from '../../../test/free-port.js';

const RUN = `
  const { main } = await import(${JSON.stringify(new URL('../dist/main.js', import.meta.url).href)});
  process.exitCode = await main(process.argv.slice(1));
`;
const cwd = fileURLToPath(new URL('../../..', import.meta.url));

/** The playground in a process of its own, as `npm start` runs it after building. */
class Playground {
  readonly child: ChildProcess;
  output = '';
  errors = '';
  readonly exit: Promise<number | null>;
  #watchers: (() => void)[] = [];

  constructor(...args: string[]) {
    this.child = spawn(process.execPath, ['--input-type=module', '-e', RUN, '--', ...args], {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout?.on('data', (chunk) => {
      this.output += chunk;
      for (const watcher of this.#watchers) watcher();
    });
    this.child.stderr?.on('data', (chunk) => {
      this.errors += chunk;
    });
    this.exit = new Promise((resolve) => this.child.once('close', resolve));
  }

  /** Resolves when it has printed `text`; rejects when it ends without. */
  printed(text: string): Promise<void> {
    const seen = new Promise<void>((resolve) => {
      const look = () => this.output.includes(text) && resolve();
      this.#watchers.push(look);
      look();
    });
    const ended = this.exit.then((code) => {
      if (!this.output.includes(text)) {
        throw new Error(`ended with ${code} before "${text}":\n${this.output}${this.errors}`);
      }
    });
    return Promise.race([seen, ended]);
  }

  get url(): string {
    const [url] = /https?:\/\/\S+/.exec(this.output) ?? [];
    if (url === undefined) throw new Error(`no URL in:\n${this.output}`);
    return url;
  }
}

let running: Playground | undefined;
const start = (...args: string[]): Playground => {
  running = new Playground(...args);
  return running;
};

afterEach(async () => {
  running?.child.kill('SIGKILL');
  await running?.exit;
});

describe('the playground', () => {
  it('makes pooled calls to both servers and prints what happened', async () => {
    const playground = start('--once', '--port', String(await freePort()));
    expect(await playground.exit).toBe(0);
    expect(playground.errors).toBe('');
    const rows = playground.output.split('\n');
    const row = (...words: string[]) =>
      rows.find((line) => words.every((word) => line.includes(word)));
    expect(row('demo', '(tools/list)', 'add, era', 'miss')).toBeDefined();
    expect(row('demo', 'add', ' 42 ', 'hit', ' ms')).toBeDefined();
    expect(row('demo', 'era', 'modern', 'hit')).toBeDefined();
    expect(row('everything', '(tools/list)', 'echo', 'miss')).toBeDefined();
    expect(row('everything', 'echo', 'hello over WebSocket', 'hit')).toBeDefined();
  }, 60_000);

  it('ends with its children at SIGINT, and leaves nothing', async () => {
    const playground = start('--port', String(await freePort()));
    await playground.printed('Ctrl-C ends it all.');
    const { pid } = playground.child;
    playground.child.kill('SIGINT');
    expect(await playground.exit).toBe(0);
    await expect(fetch(playground.url)).rejects.toThrow();
    expect(await processesBelow(pid as number)).toEqual([]);
  }, 60_000);

  it('says that a port is busy and takes the next free one', async () => {
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
    const { port } = blocker.address() as AddressInfo;
    const playground = start('--port', String(port));
    await playground.printed('Ctrl-C ends it all.');
    expect(playground.output).toContain(`Port ${port} is busy`);
    expect(Number(new URL(playground.url).port)).toBeGreaterThan(port);
    await new Promise((resolve) => blocker.close(resolve));
  }, 60_000);

  it('answers any request, also one whose target is no URL', async () => {
    const playground = start('--port', String(await freePort()));
    await playground.printed('Ctrl-C ends it all.');
    const { port } = new URL(playground.url);
    for (const target of ['//', '//[', '/..%2f..%2fpackage.json', '*', '/no-such-page']) {
      const status = await statusOf(Number(port), target);
      expect([target, status]).toEqual([target, 404]);
    }
    expect((await fetch(playground.url)).status).toBe(200);
  }, 60_000);

  it.each([
    [['--nonsense'], /--nonsense/],
    [['--port', 'many'], /--port must be a number.*"many"/],
    [['not a url'], /UsageError.*"not a url" is no URL/],
    [['localhost:8080'], /UsageError.*"localhost:8080" has no scheme.*ws:\/\/localhost:8080/],
    [['gopher://localhost:1/mcp'], /UsageError.*gopher.*ws/],
    [['ws://169.254.169.254/mcp'], /UnsafeUrlError.*metadata/],
  ])(
    '%j: one line that names it, exit code 1, no stack',
    async (args, message) => {
      const playground = start('--once', '--port', String(await freePort()), ...args);
      expect(await playground.exit).toBe(1);
      expect(playground.errors.trim()).toMatch(message);
      expect(playground.errors.trim().split('\n')).toHaveLength(1);
      expect(playground.errors).not.toMatch(/\bat .*:\d+:\d+/);
    },
    60_000,
  );
});

it('a server that is down: one line that names it, exit code 1', async () => {
  const port = await freePort();
  const playground = start('--once', '--port', String(await freePort()), `ws://127.0.0.1:${port}/`);
  expect(await playground.exit).toBe(1);
  expect(playground.errors.trim()).toMatch(
    new RegExp(`^ConnectionError: .*127\\.0\\.0\\.1:${port}.*ECONNREFUSED`),
  );
}, 60_000);

/** Sends the target as it is, which `fetch` does not. */
async function statusOf(port: number, path: string): Promise<number | undefined> {
  const [response] = await once(get({ host: '127.0.0.1', port, path }), 'response');
  response.resume();
  return response.statusCode;
}

async function processesBelow(pid: number): Promise<string[]> {
  const child = spawn('ps', ['-o', 'pid=', '--ppid', String(pid)], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let list = '';
  child.stdout.on('data', (chunk) => {
    list += chunk;
  });
  await new Promise((resolve) => child.once('close', resolve));
  return list.split('\n').filter((line) => line.trim() !== '');
}

const executablePath = findChromium();

describe.runIf(executablePath)('the page, in Chromium', () => {
  it('lists tools and shows a result of each server when clicked', async () => {
    const playground = start('--port', String(await freePort()));
    await playground.printed('Ctrl-C ends it all.');
    const browser = await chromium.launch({
      ...(executablePath !== undefined && { executablePath }),
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    });
    try {
      const page = await browser.newPage();
      const problems: string[] = [];
      page.on('pageerror', (error) => problems.push(String(error)));
      page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
      await page.goto(playground.url);

      const demo = page.locator('#server-demo');
      await demo.locator('option', { hasText: 'add' }).waitFor({ state: 'attached' });
      await demo.getByLabel('Tool').selectOption('add');
      await demo.getByLabel('Arguments').fill('{"a": 20, "b": 22}');
      await demo.getByRole('button', { name: 'Call', exact: true }).click();
      await expect.poll(() => demo.locator('output').textContent()).toBe('42');

      const everything = page.locator('#server-everything');
      await everything.locator('option', { hasText: 'echo' }).waitFor({ state: 'attached' });
      await everything.getByLabel('Tool').selectOption('echo');
      await everything.getByRole('button', { name: 'Call', exact: true }).click();
      await expect.poll(() => everything.locator('output').textContent()).toContain('hello');
      const row = page.locator('#calls tr', { hasText: 'echo' }).first();
      expect(await row.textContent()).toMatch(/hit.* ms/);

      await demo.getByRole('button', { name: 'Call 32 times at once' }).click();
      await expect.poll(() => demo.locator('output').textContent()).toMatch(/32 calls in \d+ ms/);
      // Which of them had to wait for a connection, the events do not tell.
      expect(await page.locator('#calls tr', { hasText: 'add' }).first().textContent()).toMatch(
        /–/,
      );

      await demo.getByLabel('Tool').selectOption('add');
      await demo.getByLabel('Arguments').fill('{"a": "two"}');
      await demo.getByLabel('Arguments').press('Control+Enter');
      await demo.locator('output[data-failed]').waitFor();
      expect(await demo.locator('output').textContent()).toContain('Invalid');
      await page.locator('#calls tr[data-failed]').first().waitFor();

      await demo.getByLabel('Arguments').fill('{');
      await demo.getByRole('button', { name: 'Call', exact: true }).click();
      await expect.poll(() => demo.locator('output').textContent()).toContain('JSON object');

      for (const width of [360, 1280]) {
        await page.setViewportSize({ width, height: 800 });
        const wide = await page.evaluate('document.documentElement.scrollWidth');
        expect(wide).toBeLessThanOrEqual(width);
      }
      expect(problems).toEqual([]);
    } finally {
      await browser.close();
    }
  }, 60_000);
});
