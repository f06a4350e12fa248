import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const PROMTOOL = ['/usr/bin/promtool', '/usr/local/bin/promtool'].find((path) => existsSync(path));

/** False, said loudly once per test file, where Prometheus' own checker is not installed. */
export function promtoolIsThere(): boolean {
  if (PROMTOOL === undefined) {
    console.warn(
      'promtool is not installed: NOT CHECKED by Prometheus itself (package prometheus)',
    );
  }
  return PROMTOOL !== undefined;
}

/** Runs promtool; what it says, and whether it was content. */
export function promtool(args: readonly string[], input = ''): { ok: boolean; said: string } {
  const { status, stdout, stderr } = spawnSync(PROMTOOL ?? 'promtool', args, {
    input,
    encoding: 'utf8',
  });
  return { ok: status === 0, said: `${stdout}${stderr}`.trim() };
}
