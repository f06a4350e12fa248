import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { BenchError } from './bench-error.js';
import type { Reply, Request } from './request.js';

/** A process of the harness's own that answers one request at a time. */
export interface Worker {
  /** @throws BenchError `WORKER` if it throws, ends or is silent past the deadline; `INTERRUPTED` on abort. */
  ask(request: Request): Promise<unknown>;
  /** Ends the process, however busy, and resolves once it is gone. */
  end(): Promise<void>;
}

export interface WorkerOptions {
  /** How errors name it: `variant "ours"`. */
  readonly name: string;
  readonly entry: URL;
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

/** Starts a process that runs the TypeScript module `entry`. */
export function startWorker({ name, entry, deadlineMs, signal }: WorkerOptions): Worker {
  const child = fork(entry, {
    // `--import tsx` is resolved from here.
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    execArgv: ['--import', 'tsx', '--expose-gc'],
    // What it prints must not mix with a report on stdout.
    stdio: ['ignore', 2, 2, 'ipc'],
  });
  let settle: ((reply: Reply | BenchError) => void) | undefined;
  let ended: BenchError | undefined;
  const gone = new Promise<void>((resolve) => {
    const onEnd = (how: string) => {
      ended ??= new BenchError('WORKER', `${name} ended on its own (${how})`);
      settle?.(ended);
      resolve();
    };
    child.on('error', (error) => onEnd(error.message));
    child.once('exit', (code, cause) => onEnd(cause ?? `exit code ${code}`));
  });
  child.on('message', (reply: Reply) => settle?.(reply));

  const fail = (error: BenchError) => {
    ended ??= error;
    settle?.(ended);
    child.kill('SIGKILL');
  };
  const onAbort = () => fail(new BenchError('INTERRUPTED', 'interrupted'));
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort);

  return {
    async ask(request) {
      if (ended) throw ended;
      const late = `${name} did not finish "${request.ask}" within ${deadlineMs} ms`;
      const timer = setTimeout(() => fail(new BenchError('WORKER', late)), deadlineMs);
      const reply = await new Promise<Reply | BenchError>((resolve) => {
        settle = resolve;
        // Whom this does not reach has ended, and its exit says more than this error.
        child.send(request, () => {});
      });
      clearTimeout(timer);
      settle = undefined;
      if (reply instanceof BenchError) throw reply;
      if (!reply.ok) throw new BenchError('WORKER', describe(name, request, reply));
      return reply.value;
    },
    end() {
      signal.removeEventListener('abort', onAbort);
      child.kill('SIGKILL');
      return gone;
    },
  };
}

function describe(name: string, request: Request, reply: Reply & { ok: false }): string {
  const hint = /MODULE_NOT_FOUND|PATH_NOT_EXPORTED/.test(reply.code ?? '')
    ? ' (are the packages built? `pnpm build`)'
    : '';
  return `${name} threw in "${request.ask}": ${reply.message}${hint}`;
}
