import { cli } from './cli.js';

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => interrupted.abort());
}

process.exitCode = await cli(process.argv.slice(2), {
  folder: new URL('../benches/', import.meta.url),
  stdout: process.stdout,
  stderr: process.stderr,
  signal: interrupted.signal,
});
