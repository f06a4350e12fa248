import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { findNginx } from '../../../test/find-nginx.js';
import { freePort } from '../../../test/free-port.js';
import type { ServeWebSocketOptions } from '../src/server.js';
import { authority, serverCertificate, serverKey } from './certificates.js';
import { callText, connected, served } from './server-mcp.js';
import { peer, upgrade } from './server-peers.js';
import { listening } from './server-processes.js';

// It is a process of its own.
vi.setConfig({ testTimeout: 60_000 });

const nginx = findNginx('that this works behind it');

/** nginx with the server block that the README shows, in front of one of ours. */
async function behindNginx(options: ServeWebSocketOptions = {}) {
  const name = 'mcp.test';
  const upstream = await served({ allowedHosts: [name], ...options });
  const [plain, secure] = [await freePort(), await freePort()];
  const folder = mkdtempSync(join(tmpdir(), 'nginx-'));
  mkdirSync(join(folder, 'tmp'));
  writeFileSync(join(folder, 'cert.pem'), serverCertificate);
  writeFileSync(join(folder, 'key.pem'), serverKey);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  writeFileSync(
    join(folder, 'nginx.conf'),
    `
    daemon off;
    master_process off;
    pid ${folder}/pid;
    error_log stderr warn;
    events {}
    http {
      access_log off;
      ${temporary.map((what) => `${what}_temp_path ${folder}/tmp/${what};`).join('\n')}
      server {
        listen 127.0.0.1:${plain};
        listen 127.0.0.1:${secure} ssl;
        server_name ${name};
        ssl_certificate ${folder}/cert.pem;
        ssl_certificate_key ${folder}/key.pem;
        location /mcp {
          proxy_pass http://127.0.0.1:${upstream.handle.port};
          proxy_http_version 1.1;
          proxy_set_header Upgrade $http_upgrade;
          proxy_set_header Connection upgrade;
          proxy_set_header Host $host;
          proxy_read_timeout 60s;
        }
      }
    }
    `,
  );
  const child = spawn(String(nginx), ['-p', folder, '-c', join(folder, 'nginx.conf')], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    if (child.exitCode === null) await once(child, 'exit');
    rmSync(folder, { recursive: true });
  });
  await listening(plain, child);
  return { ...upstream, name, plain, secure };
}

/** In the place of a DNS that knows the name. */
const guard = { check: async (url: string) => ({ url, addresses: ['127.0.0.1'] }) };

describe.skipIf(nginx === undefined)('behind nginx', () => {
  it('calls, subscriptions and pings come through', async () => {
    const { plain, name, servers } = await behindNginx({ pingIntervalMs: 50 });
    const client = await connected(`ws://${name}:${plain}/mcp`, 'auto', { guard });
    expect(await callText(client, 'echo', { text: 'through' })).toBe('through');
    expect(await callText(client, 'big', { bytes: 1024 * 1024 })).toHaveLength(1024 * 1024);
    const subscription = await client.listen({ toolsListChanged: true });
    const changed = new Promise<void>((resolve) => {
      client.setNotificationHandler('notifications/tools/list_changed', () => resolve());
    });
    servers.at(-1)?.sendToolListChanged();
    await changed;
    await subscription.close();
    const raw = await peer(`ws://127.0.0.1:${plain}/mcp`, { headers: { Host: name } });
    await once(raw.socket, 'ping');
  });

  it('TLS ends at nginx', async () => {
    const { secure, name, calls } = await behindNginx();
    const client = await connected(`wss://${name}:${secure}/mcp`, 'auto', {
      guard,
      tls: { ca: authority },
    });
    expect(await callText(client, 'echo', { text: 'safe' })).toBe('safe');
    expect(calls.items).toEqual(['echo']);
  });

  it('refusals come through with their status and headers', async () => {
    const { plain, name, handle } = await behindNginx({ retryAfterMs: 5_000 });
    const asked = async (headers: Record<string, string>) =>
      (await upgrade(plain, { headers: { Host: name, ...headers } })).status;
    expect(await asked({ Origin: 'https://evil.example' })).toBe(403);
    // Same origin, as a browser sees it that dialled nginx by TLS.
    expect(await asked({ Origin: `https://${name}` })).toBe(101);
    expect(await asked({ Host: 'other.example' })).toBe(421);
    await handle.drain();
    const answer = await upgrade(plain, { headers: { Host: name } });
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
  });

  it('a drain reaches the client as 1001', async () => {
    const { plain, name, handle } = await behindNginx();
    const client = await peer(`ws://127.0.0.1:${plain}/mcp`, { headers: { Host: name } });
    await handle.drain();
    expect((await client.closed).code).toBe(1001);
  });
});
