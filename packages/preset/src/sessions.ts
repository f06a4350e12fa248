import type { SessionMaker } from '@x/client';
import { leanSession } from '@x/session';
import type { CreateMcpClientOptions, McpEvent } from './options.js';

/** The way to make sessions that the option names. */
export function sessionMaker(
  session: CreateMcpClientOptions['session'],
  observer: ((event: McpEvent) => void) | undefined,
): SessionMaker {
  if (typeof session === 'function') return session;
  if (session === 'sdk') return sdk;
  return leanSession({
    // It was just found out, or remembered, that the server is of the older era.
    legacy: (context) => sdk({ ...context, prior: { kind: 'legacy' } }),
    ...(observer && {
      // The factory tells when a session opens and closes.
      observer: (event) => event.type === 'session.violation' && observer(event),
    }),
  });
}

/** Loaded when needed: a page that meets modern servers only never fetches the SDK. */
const sdk: SessionMaker = async (context) => {
  sdkMaker ??= (await import('@x/client/sdk')).sdkSession();
  return sdkMaker(context);
};
let sdkMaker: SessionMaker | undefined;
