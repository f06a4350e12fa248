import type { SessionMaker } from '@x/client';
import { leanSession } from '@x/session';
import type { CreateMcpClientOptions } from './options.js';
import { sdkSessions } from './sdk.js';

/** The way to make sessions that the option names. */
export function sessionMaker({
  session = 'auto',
  clock,
}: Pick<CreateMcpClientOptions, 'session' | 'clock'>): SessionMaker {
  if (typeof session === 'function') return session;
  const sdk = sdkSessions(clock);
  if (session === 'sdk') return sdk;
  const lean = leanSession({
    clock,
    // That the server is of the older era was found out just now, or is remembered.
    legacy: (context) => sdk({ ...context, prior: { kind: 'legacy' } }),
  });
  // Over HTTP the SDK is loaded in any case, and its transport knows its own client best.
  return (context) => (context.url.startsWith('http') ? sdk(context) : lean(context));
}
