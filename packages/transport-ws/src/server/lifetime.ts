import { MAX_TIMER_MS } from '../clock.js';
import { type AuthInfo, hasExpired } from './auth.js';
import type { Deadlines } from './deadlines.js';
import type { ConnectionSettings } from './options.js';

/** How much of its age a connection may be spared, so that those opened together do not all come again together. */
const AGE_JITTER = 0.1;

/** Calls `onExpired` when the caller's token is over, at once if it is so already. */
export function watchExpiry(
  deadlines: Deadlines,
  authInfo: AuthInfo | undefined,
  onExpired: () => void,
): void {
  if (authInfo?.expiresAt === undefined) return;
  if (hasExpired(authInfo)) {
    onExpired();
    return;
  }
  // A token's time is the wall clock's.
  const left = Math.min(authInfo.expiresAt * 1000 - Date.now(), MAX_TIMER_MS);
  deadlines.set('expiry', left, () => watchExpiry(deadlines, authInfo, onExpired));
}

/** Calls `onOld` when the connection has its age. */
export function watchAge(
  deadlines: Deadlines,
  { maxConnectionAgeMs, random }: Pick<ConnectionSettings, 'maxConnectionAgeMs' | 'random'>,
  onOld: () => void,
): void {
  if (maxConnectionAgeMs === 0) return;
  deadlines.set('age', maxConnectionAgeMs * (1 - random() * AGE_JITTER), onOld);
}
