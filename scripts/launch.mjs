import { readCommandLine, USAGE } from '../apps/playground/src/command-line.mjs';
import { endWithParent } from './end-with-parent.mjs';
import { INSTALL, INSTALL_ENV, pnpm, QUIET, ROOT } from './pnpm.mjs';
import { INTERRUPTED, interruptible, runGroup } from './process-group.mjs';

const STEPS = [
  ['Installing', INSTALL, INSTALL_ENV],
  ['Building', pnpm('run', 'build'), QUIET],
];

/** Prepares the repository and runs the playground; resolves to the exit code. */
export async function start(argv) {
  try {
    // Before what takes a minute on a fresh clone.
    if (readCommandLine(argv).help) {
      process.stdout.write(USAGE);
      return 0;
    }
  } catch (error) {
    process.stderr.write(`${error.name}: ${error.message}\n`);
    return 1;
  }
  endWithParent();
  const code = await interruptible(async (signal) => {
    for (const step of STEPS) {
      const failed = await runStep(step, signal);
      if (failed) return failed;
    }
    return 0;
  });
  if (code !== 0) return code;
  // In this process, so that Ctrl-C reaches it and nothing stands between it and its children.
  const { main } = await import('../apps/playground/dist/main.js');
  return main(argv);
}

async function runStep([name, [command, args], env], signal) {
  process.stdout.write(`${name}... `);
  const began = performance.now();
  const { code, output } = await runGroup(command, args, { cwd: ROOT, env, signal });
  const seconds = ((performance.now() - began) / 1_000).toFixed(1);
  if (code === 0) {
    process.stdout.write(`done in ${seconds} s\n`);
    return 0;
  }
  if (signal.aborted) {
    process.stdout.write('interrupted\n');
    return INTERRUPTED;
  }
  process.stdout.write(`failed after ${seconds} s\n`);
  process.stderr.write(`npm start: ${name.toLowerCase()} failed (exit code ${code}):\n\n${output}`);
  return 1;
}
