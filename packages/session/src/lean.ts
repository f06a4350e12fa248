import { isLegacyServerError } from './errors.js';
import { COMMON, type CommonOptions, checkAll } from './options.js';
import type { SessionContext, SessionMaker } from './ports.js';
import { createSession } from './session.js';

export interface LeanSessionOptions extends CommonOptions {
  /**
   * Makes the session where the server is of the older era. It is given the context; its `connect`
   * hands over the connection that the server was discovered on, if that is still good. Without it,
   * such a server is refused with `LEGACY_SERVER`.
   */
  readonly legacy?: SessionMaker;
}

/**
 * A maker of sessions: asks a server what it speaks unless that is remembered, and hands servers of
 * the older era to `legacy`.
 * @throws ConfigError for a wrong option
 */
export function leanSession(options: LeanSessionOptions = {}): SessionMaker {
  const { legacy, ...common } = checkAll(options, {
    ...COMMON,
    legacy: COMMON.observer,
  });

  const make = async (context: SessionContext, isSecondTry: boolean) => {
    const { url, clientInfo, capabilities, handlers, signal, prior, remember } = context;
    const { onNotification = common.onNotification, onViolation } = context;
    if (prior?.kind === 'legacy' && legacy && !isSecondTry) return legacy(context);
    const transport = await context.connect();
    let silent: boolean;
    try {
      const session = await createSession(transport, {
        observer:
          onViolation && ((event) => event.type === 'session.violation' && onViolation(event.kind)),
        ...common,
        clientInfo,
        capabilities,
        handlers,
        signal,
        onNotification,
        discover: prior?.kind === 'modern' ? prior.discover : undefined,
        endpoint: labelOf(url),
      });
      const { discover = {} } = session.info;
      if (prior?.kind !== 'modern') remember?.({ kind: 'modern', discover });
      return session;
    } catch (error) {
      if (!legacy || !isLegacyServerError(error)) throw error;
      silent = !error.reusable;
    }
    remember?.({ kind: 'legacy' });
    let left = silent ? undefined : transport;
    const connect = () => {
      const reused = left;
      left = undefined;
      return reused ?? context.connect();
    };
    try {
      return await legacy({ ...context, connect });
    } catch (error) {
      remember?.(undefined);
      // A modern server that was slow to wake up is silent first, and then knows no handshake.
      if (!silent || isSecondTry || signal.aborted) throw error;
      return make({ ...context, prior: undefined }, true);
    }
  };
  return (context) => make(context, false);
}

/** The endpoint without what may be secret. */
function labelOf(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
