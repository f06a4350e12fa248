import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '../ports.js';
import { type OnError, report } from '../report.js';
import { type Authenticate, type AuthInfo, hasExpired, isAuthInfo } from './auth.js';
import { type Refusal, refusalOf } from './refuse.js';

/** Let in, as nobody in particular where there is no `authInfo`, or not. */
export interface Verdict {
  readonly refusal?: Refusal;
  readonly authInfo?: AuthInfo;
}

export interface AuthenticateSettings {
  readonly authenticate?: Authenticate;
  readonly authenticateTimeoutMs: number;
  readonly clock: Clock;
  readonly onerror?: OnError;
}

/**
 * Asks `authenticate`, but no longer than it may take or the client waits: no verdict on one that
 * has gone. Never rejects.
 */
export async function authenticated(
  request: IncomingMessage,
  socket: Duplex,
  { authenticate, authenticateTimeoutMs, clock, onerror }: AuthenticateSettings,
): Promise<Verdict | undefined> {
  if (authenticate === undefined) return {};
  let timer: unknown;
  let onGone = (): void => {};
  const givenUp = new Promise<Verdict | undefined>((resolve) => {
    const refusal: Refusal = { status: 503, reason: 'authenticate-timeout' };
    timer = clock.setTimeout(() => resolve({ refusal }), authenticateTimeoutMs);
    onGone = () => resolve(undefined);
    socket.once('close', onGone);
  });
  try {
    const answered = Promise.resolve(authenticate(request)).then(verdictOf);
    return await Promise.race([answered, givenUp]);
  } catch (error) {
    report(onerror, error);
    // Its message may quote the token; the client learns only that it is not let in.
    return { refusal: { status: 500, reason: 'authenticate-failed' } };
  } finally {
    clock.clearTimeout(timer);
    socket.off('close', onGone);
  }
}

async function verdictOf(answer: unknown): Promise<Verdict> {
  if (isResponse(answer)) return { refusal: await refusalOf(answer) };
  if (isAuthInfo(answer)) {
    if (!hasExpired(answer)) return { authInfo: answer };
  } else if (answer) {
    throw new TypeError('authenticate returned neither an AuthInfo nor a Response');
  }
  const headers: Refusal['headers'] = [['WWW-Authenticate', 'Bearer']];
  return { refusal: { status: 401, reason: 'authenticate', headers } };
}

/** By its shape: some frameworks put a Response of their own in the place of the global one. */
function isResponse(value: unknown): value is Response {
  if (typeof value !== 'object' || value === null) return false;
  const { status, headers, text } = value as Partial<Response>;
  return (
    typeof status === 'number' &&
    typeof headers?.forEach === 'function' &&
    typeof text === 'function'
  );
}
