import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countLine } from './count-line.mjs';
import { findChromium } from './find-chromium.mjs';
import { INSTALL, INSTALL_ENV, pnpm, QUIET, ROOT } from './pnpm.mjs';
import { INTERRUPTED, interruptible, runGroup } from './process-group.mjs';

const STEPS = [
  ['install', INSTALL, INSTALL_ENV],
  ['lint', pnpm('run', 'lint'), QUIET],
  ['build', pnpm('run', 'build'), QUIET],
  ['typecheck', pnpm('run', 'typecheck'), QUIET],
];

const NO_BROWSER = `
####################################################################
#                                                                  #
#   THE BROWSER TESTS DO NOT RUN: there is no Chromium here.       #
#                                                                  #
#   Debian, Ubuntu:  apt-get install chromium                      #
#   Elsewhere:       CHROME_PATH=/path/to/chromium npm test        #
#                                                                  #
####################################################################
`;

/** Runs every check, with `argv` for vitest; resolves to the exit code. */
export function check(argv) {
  return interruptible(async (signal) => {
    const browser = findChromium() !== undefined;
    if (!browser) console.log(NO_BROWSER);
    for (const [name, [command, args], env] of STEPS) {
      const code = await runStep(name, command, args, env, signal);
      if (code !== 0) return finish({ name, code, signal });
    }
    const folder = mkdtempSync(join(tmpdir(), 'mcp-ws-test-'));
    try {
      const file = join(folder, 'report.json');
      const code = await runStep('tests', process.execPath, vitest(file, argv), QUIET, signal);
      if (!browser) console.log(NO_BROWSER);
      return finish({ name: 'tests', code, signal, report: read(file) });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

async function runStep(name, command, args, env, signal) {
  console.log(`\n=== ${name}`);
  const { code } = await runGroup(command, args, { cwd: ROOT, env, live: true, signal });
  return code;
}

function vitest(file, argv) {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  return [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', ...reporters, ...argv];
}

function finish({ name, code, signal, report }) {
  if (signal.aborted) {
    console.log('\ninterrupted');
    return INTERRUPTED;
  }
  if (code !== 0) console.log(`\nnpm test: ${name} failed (exit code ${code})`);
  console.log(`\n${countLine(report, code)}`);
  return code === 0 ? 0 : 1;
}

function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined; // vitest ended before it could write one; its exit code says so
  }
}
