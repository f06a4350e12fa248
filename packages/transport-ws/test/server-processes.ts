import type { ChildProcess } from 'node:child_process';
import net from 'node:net';

/** Resolves when a process listens on its port; rejects if it ends instead. */
export async function listening(port: number, child: ChildProcess): Promise<void> {
  while (!(await accepts(port))) {
    if (child.exitCode !== null) throw new Error(`${child.spawnargs} ended (${child.exitCode})`);
    // Another process cannot be asked to tell when it is ready.
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function accepts(port: number): Promise<boolean> {
  const socket = net.connect(port, '127.0.0.1');
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  }).finally(() => socket.destroy()) as Promise<boolean>;
}
