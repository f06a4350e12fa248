import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { findNginx } from '../../../../test/find-nginx.js';
import { freePort } from '../../../../test/free-port.js';
import { createMcpClient } from '../../src/index.js';
import { kindOf } from './callers.js';

// `docs/deploy.md` is what runs here; only names, ports and TLS are replaced.

const nginx = findNginx('docs/deploy.md');

const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const page = await readFile(new URL('../../../../docs/deploy.md', import.meta.url), 'utf8');

/** The file of that name on the page. */
function fileOf(name: string): string {
  const [, text] = new RegExp(`<!-- ${name} -->\\n\`\`\`\\w+\\n(.*?)\`\`\``, 's').exec(page) ?? [];
  if (text === undefined) throw new Error(`docs/deploy.md has no ${name}`);
  return text;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill(signal);
  await exit;
}

/** The page's server, in a process of its own. */
async function startServer(port: number): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--input-type=module'], {
    // Where the packages that it imports are installed.
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    env: { ...process.env, HOST: '127.0.0.1', PORT: String(port), ALLOWED_HOSTS: 'api.test' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  cleanups.push(() => end(child, 'SIGKILL'));
  child.stdin?.end(fileOf('server.mjs'));
  for await (const line of child.stdout ?? []) if (String(line).includes('listening')) break;
  return child;
}

/** The page's nginx, in front of servers on these ports. */
async function startNginx(ports: readonly number[]): Promise<number> {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'mcp-nginx-'));
  const site = ports
    .reduce(
      (conf, to, at) => conf.replace(`mcp-server-${at + 1}:3001`, `127.0.0.1:${to}`),
      fileOf('nginx.conf'),
    )
    .replace('listen 443 ssl;', `listen 127.0.0.1:${port};`)
    .replace('server_name api.example.com;', 'server_name api.test 127.0.0.1;')
    .replace(/^ *ssl_.*\n/gm, '')
    // The test has no DNS: it dials an address, and the servers want a name.
    .replace('Host $host', 'Host api.test');
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const temporary = kinds.map((kind) => `${kind}_temp_path ${folder}/${kind};`).join(' ');
  const path = join(folder, 'nginx.conf');
  const main = `daemon off; master_process off; pid ${folder}/pid; error_log stderr crit; events {}
    http { access_log off; ${temporary} ${site} }`;
  await writeFile(path, main);
  const child = spawn(String(nginx), ['-p', folder, '-c', path], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  cleanups.push(async () => {
    await end(child, 'SIGKILL');
    await rm(folder, { recursive: true });
  });
  for (let tries = 0; tries < 100; tries++) {
    const answers = await fetch(`http://127.0.0.1:${port}/mcp`).then(
      () => true,
      () => false,
    );
    if (answers) return port;
    await sleep(50);
  }
  throw new Error('nginx does not answer');
}

test('the page names all its files', () => {
  for (const name of ['server.mjs', 'nginx.conf', 'docker-compose.yml']) {
    expect(fileOf(name)).not.toBe('');
  }
});

test.runIf(nginx)(
  'calls spread over servers behind nginx, and outlive a restart and a crash',
  {
    timeout: 60_000,
  },
  async () => {
    const ports = [await freePort(), await freePort(), await freePort()];
    const servers = await Promise.all(ports.map(startServer));
    const port = await startNginx(ports);
    const url = `ws://127.0.0.1:${port}/mcp`;
    const client = createMcpClient({
      security: 'development',
      pool: { maxConnections: 6, maxConcurrency: 4, minIdle: 0, retryDelayMs: 100 },
    });
    cleanups.push(() => client.close());

    const answers = new Map<string, number>();
    const errors: unknown[] = [];
    const over = new AbortController();
    const keepCalling = async () => {
      while (!over.signal.aborted) {
        try {
          const { content } = await client.callTool(
            url,
            'whoami',
            {},
            { maxTotalTimeoutMs: 10_000 },
          );
          const who = String(content[0]?.text).replace(/^.*:/, '');
          answers.set(who, (answers.get(who) ?? 0) + 1);
        } catch (error) {
          errors.push(error);
        }
        await sleep(1);
      }
    };
    /** Until every one of these has answered anew. */
    const heard = async (children: readonly ChildProcess[]) => {
      answers.clear();
      while (!children.every(({ pid }) => answers.has(String(pid)))) await sleep(10);
    };
    const calling = Array.from({ length: 24 }, keepCalling);
    await heard(servers);

    // A restart, as a deployment does it: nobody notices.
    await end(servers[0] as ChildProcess, 'SIGTERM');
    servers[0] = await startServer(ports[0] as number);
    await heard(servers.slice(1));
    expect(errors).toEqual([]);

    // A crash: what only reads is asked again, and everything ends in a result or a typed error.
    await end(servers[1] as ChildProcess, 'SIGKILL');
    await heard([servers[2] as ChildProcess]);
    expect(
      errors.map(kindOf).filter((kind) => !/^\w+Error [A-Z_]+ (not-sent|unknown)$/.test(kind)),
    ).toEqual([]);
    over.abort();
    await Promise.all(calling);
    expect(client.stats()).toMatchObject({ leases: 0, waiting: 0 });
  },
);
