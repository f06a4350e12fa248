import { fileURLToPath } from 'node:url';
import { cli } from './cli.js';

/** Runs the command for the benches of a folder, until Ctrl-C at the latest. */
export async function main(folder: URL): Promise<void> {
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => interrupted.abort());
  }
  const { stdout, stderr } = process;
  const terminal = { folder, stdout, stderr, signal: interrupted.signal };
  process.exitCode = await cli(process.argv.slice(2), terminal);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(new URL('../benches/', import.meta.url));
}
