import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

const { devEngines } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
);

/** A pnpm of the pinned version for who has only npm; needs the network on its first run alone. */
export function pnpm(...args) {
  const { name, version } = devEngines.packageManager;
  return ['npx', ['--yes', '--prefer-offline', `${name}@${version}`, ...args]];
}

/** What keeps tools from advertising their updates, and from asking or reporting anything. */
export const QUIET = {
  DO_NOT_TRACK: '1',
  NO_UPDATE_NOTIFIER: '1',
  TURBO_NO_UPDATE_NOTIFIER: '1',
  TURBO_TELEMETRY_DISABLED: '1',
  npm_config_audit: 'false',
  npm_config_fund: 'false',
  npm_config_update_notifier: 'false',
};

export const INSTALL = pnpm('install', '--frozen-lockfile');

/** Without a terminal pnpm only replaces the node_modules of another pnpm if it may not ask. */
export const INSTALL_ENV = { ...QUIET, CI: 'true' };
