import type { SessionMaker } from '@x/client';
import { leanSession } from '@x/session';
import type { CreateMcpClientOptions } from './options.js';
import { sdkSessions } from './sdk.js';

type Wiring = Pick<CreateMcpClientOptions, 'session' | 'protocol' | 'timeoutMs' | 'clock'>;

/**
 * The way to make sessions that the option names.
 *
 * @throws ConfigError of `@x/session` if a setting is wrong
 */
export function sessionMaker({
  session = 'auto',
  protocol = {},
  timeoutMs,
  clock,
}: Wiring): SessionMaker {
  const { probeTimeoutMs, handlerTimeoutMs, maxInputRounds } = protocol;
  const settings = { probeTimeoutMs, handlerTimeoutMs, maxInputRounds, timeoutMs, clock };
  const sdk = sdkSessions(settings);
  // Made in any case, to say now what is wrong with its settings.
  const lean = leanSession({
    ...settings,
    // That the server is of the older era was found out just now, or is remembered.
    legacy: (context) => sdk({ ...context, prior: { kind: 'legacy' } }),
  });
  if (typeof session === 'function') return session;
  if (session === 'sdk') return sdk;
  // Over HTTP the SDK is loaded in any case, and its transport knows its own client best.
  return (context) => (context.url.startsWith('http') ? sdk(context) : lean(context));
}
