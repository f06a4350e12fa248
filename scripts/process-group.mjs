import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const GROUPS = process.platform !== 'win32';
const GRACE_MS = 1_500;

/** Exit code of a command that was interrupted, by the convention of shells. */
export const INTERRUPTED = 130;

/** Runs `task` with a signal that Ctrl-C, or being told to end, aborts; afterwards both are as before. */
export async function interruptible(task) {
  const controller = new AbortController();
  const abort = () => controller.abort();
  for (const name of SIGNALS) process.on(name, abort);
  try {
    return await task(controller.signal);
  } finally {
    for (const name of SIGNALS) process.off(name, abort);
  }
}

/**
 * Runs a command to its end and resolves to its exit code and, unless `live`, its output. On abort
 * the command and everything that it started are ended first, and the exit code is `INTERRUPTED`.
 */
export async function runGroup(command, args, { cwd, env, live = false, signal }) {
  if (signal.aborted) return { code: INTERRUPTED, output: '' };
  const output = live ? 'inherit' : 'pipe';
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    // Of its own group: Ctrl-C reaches only us, and we can end all of it at once.
    detached: GROUPS,
    // npx is a .cmd file there, which only a shell runs.
    shell: !GROUPS && command === 'npx',
    stdio: ['ignore', output, output],
  });
  const chunks = [];
  child.stdout?.on('data', (chunk) => chunks.push(chunk));
  child.stderr?.on('data', (chunk) => chunks.push(chunk));
  const closed = once(child, 'close').catch((error) => {
    chunks.push(Buffer.from(`${error.message}\n`));
    return [1];
  });
  let onAbort;
  const aborted = new Promise((resolve) => {
    onAbort = () => resolve(end(child));
  });
  signal.addEventListener('abort', onAbort);
  const [code] = await Promise.race([closed, aborted.then(() => [INTERRUPTED])]);
  signal.removeEventListener('abort', onAbort);
  if (!signal.aborted) return { code: code ?? 1, output: Buffer.concat(chunks).toString() };
  await aborted;
  // Where there is no ps to ask, the command's own end must do.
  await Promise.race([closed, delay(GRACE_MS, undefined, { ref: false })]);
  child.stdout?.destroy();
  child.stderr?.destroy();
  return { code: INTERRUPTED, output: '' };
}

async function end(child) {
  const tree = new Set([child.pid]);
  living(tree);
  kill(GROUPS ? -child.pid : child.pid, 'SIGTERM');
  const began = performance.now();
  for (let rest = living(tree); rest.length > 0; rest = living(tree)) {
    const late = performance.now() - began;
    if (late > 2 * GRACE_MS) return;
    if (late > GRACE_MS) for (const pid of rest) kill(pid, 'SIGKILL');
    await delay(50);
  }
}

/**
 * Those of a process tree that live; who joined the tree is added to it. Not the group, because
 * turbo gives its tasks groups of their own and waits for them; and not those whom nobody reaped.
 */
function living(tree) {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,stat='], { encoding: 'utf8' });
  const rows = (stdout ?? '')
    .split('\n')
    .map((row) => row.trim().split(/\s+/))
    .map(([pid, ppid, state]) => ({ pid: Number(pid), ppid: Number(ppid), state }));
  for (let size = 0; size < tree.size; ) {
    size = tree.size;
    for (const { pid, ppid } of rows) if (tree.has(ppid)) tree.add(pid);
  }
  return rows
    .filter(({ pid, state }) => tree.has(pid) && !state.startsWith('Z'))
    .map(({ pid }) => pid);
}

function kill(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch {
    // gone already
  }
}
