import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium } from '../../../scripts/find-chromium.mjs';
import { listen, startHttpServer, startLegacyServer, startServer } from './workshop.js';

const executablePath = findChromium();
const root = fileURLToPath(new URL('page', import.meta.url));

describe.runIf(executablePath)('a page that Vite has bundled, in Chromium', () => {
  const files = new Map<string, string>();
  const requested: string[] = [];
  const web = createServer(({ url = '/' }, response) => {
    requested.push(url);
    const file = files.get(url === '/' ? '/index.html' : url);
    const type = url.endsWith('.js') ? 'text/javascript' : 'text/html';
    response.writeHead(file === undefined ? 404 : 200, { 'content-type': type }).end(file);
  });
  const problems: string[] = [];
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    const built = await build({
      root,
      configFile: false,
      logLevel: 'error',
      build: { write: false },
    });
    const outputs = Array.isArray(built) ? built : [built];
    for (const item of outputs.flatMap((each) => ('output' in each ? each.output : []))) {
      files.set(`/${item.fileName}`, item.type === 'chunk' ? item.code : String(item.source));
    }
    browser = await chromium.launch({
      ...(executablePath && { executablePath }),
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    });
    page = await browser.newPage();
    page.on('pageerror', (error) => problems.push(String(error)));
    await page.goto(`http://127.0.0.1:${await listen(web)}/`);
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    web.close();
  });

  const pay = (url: string) => page.evaluate((to) => window.preset.pay(to), url);

  it('calls a server of 2026-07-28 without loading the SDK', async () => {
    const server = await startServer();
    const before = requested.length;
    const { content, summary, era } = await pay(server.url);
    expect(content).toEqual([{ type: 'text', text: 'paid' }]);
    expect(era).toBe('modern');
    expect(summary).toMatchObject({ websocket_pool_misses: 1, total_success: 1 });
    expect(requested.slice(before)).toEqual([]);
    expect(server.upgrades[0]).toMatchObject({
      origin: await page.evaluate('location.origin'),
      'sec-websocket-protocol': 'mcp',
    });
  });

  it('loads the SDK when it meets a server of before', async () => {
    const server = await startLegacyServer();
    const before = requested.length;
    expect((await pay(server.url)).era).toBe('legacy');
    expect(requested.length).toBeGreaterThan(before);
  });

  it('refuses what the guard refuses', async () => {
    const server = await startServer();
    const refusal = (security: 'production' | 'development', url: string) =>
      page.evaluate(([how, to]) => window.preset.refusal(how, to), [security, url] as const);
    expect(await refusal('production', server.url)).toBe('UnsafeUrlError');
    expect(await refusal('production', await startHttpServer())).toBe('UnsafeUrlError');
    expect(await refusal('development', 'ws://169.254.169.254/')).toBe('UnsafeUrlError');
    expect(server.upgrades).toEqual([]);
  });

  it('says what a page cannot do', async () => {
    const { url } = await startServer();
    const named = (transport: object) =>
      page.evaluate((settings) => window.preset.settings(settings), transport);
    expect(await named({ pingIntervalMs: 5_000 })).toBe('ConfigError');
    expect(await named({ maxMessageBytes: 5_000 })).toBeUndefined();
    const withHeaders = { url, headers: { authorization: 'Bearer me' } };
    expect(await page.evaluate((to) => window.preset.refusal('development', to), withHeaders)).toBe(
      'ConfigError',
    );
  });

  it('has nothing to complain of', () => {
    expect(problems).toEqual([]);
  });
});
