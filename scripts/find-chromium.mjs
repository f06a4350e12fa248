import { existsSync } from 'node:fs';

const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The Chromium that browser tests run in: `CHROME_PATH`, else where Debian and its kin put one. */
export function findChromium(env = process.env, exists = existsSync) {
  return [env.CHROME_PATH, ...PATHS].find((path) => path && exists(path));
}
