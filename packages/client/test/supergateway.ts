import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { freePort } from '../../../test/free-port.js';

const require = createRequire(import.meta.url);

/** Where a package's program is. */
function binOf(name: string): string {
  const manifest = require.resolve(`${name}/package.json`);
  const { bin } = require(manifest) as { bin: string | Record<string, string> };
  return join(dirname(manifest), typeof bin === 'string' ? bin : (Object.values(bin)[0] ?? ''));
}

/**
 * A server that nobody here wrote, behind a bridge that nobody here wrote: it carries no text ids,
 * and never answers what it does not know.
 */
export async function startSupergateway(): Promise<{ url: string; stop(): void }> {
  const port = await freePort();
  const stdio = [process.execPath, binOf('@modelcontextprotocol/server-everything'), 'stdio'];
  const options = ['--stdio', stdio.join(' '), '--outputTransport', 'ws'];
  const bridge: ChildProcess = spawn(
    process.execPath,
    [binOf('supergateway'), ...options, '--port', `${port}`, '--messagePath', '/mcp'],
    // Its own process group, so that its child goes with it.
    { detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  await new Promise<void>((resolve, reject) => {
    let said = '';
    const hear = (chunk: Buffer) => {
      said += String(chunk);
      if (said.includes('WebSocket endpoint')) resolve();
    };
    bridge.stdout?.on('data', hear);
    bridge.stderr?.on('data', hear);
    bridge.once('exit', (code) => reject(new Error(`supergateway ended (${code}): ${said}`)));
    bridge.once('error', reject);
  });
  const stop = () => {
    if (bridge.pid !== undefined && bridge.exitCode === null) process.kill(-bridge.pid, 'SIGTERM');
  };
  return { url: `ws://127.0.0.1:${port}/mcp`, stop };
}
