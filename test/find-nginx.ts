import { execFileSync } from 'node:child_process';

/** The command that starts nginx; without one, `undefined`, and it is said loudly what was not tested. */
export function findNginx(untested: string): string | undefined {
  // Debian has it where only root looks.
  const nginx = ['nginx', '/usr/sbin/nginx'].find(runs);
  if (nginx === undefined) {
    console.warn(`\n  !!! nginx is not installed: ${untested} WAS NOT TESTED !!!\n`);
  }
  return nginx;
}

function runs(command: string): boolean {
  try {
    execFileSync(command, ['-v'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
