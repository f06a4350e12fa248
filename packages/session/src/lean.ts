import { isLegacyServerError, isProtocolError } from './errors.js';
import { COMMON, type CommonOptions, checkAll } from './options.js';
import type { SessionContext, SessionMaker } from './ports.js';
import { createSession } from './session.js';

/** What all sessions of a client have in common. Their events are for who gives the context to tell. */
export interface LeanSessionOptions extends Omit<CommonOptions, 'observer'> {
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
  const { observer: rule, ...rules } = COMMON;
  const { legacy, ...common } = checkAll(options, { ...rules, legacy: rule });

  const make = async (
    context: SessionContext,
    isSecondTry = false,
    hungUp = false,
  ): ReturnType<SessionMaker> => {
    const { clientInfo, capabilities, handlers, signal, prior, remember } = context;
    const { onNotification = common.onNotification, onViolation } = context;
    if (prior?.kind === 'legacy' && legacy && !isSecondTry) return legacy(context);
    const transport = await context.connect();
    let left: typeof transport | undefined;
    let silent = false;
    try {
      const session = await createSession(transport, {
        ...common,
        observer:
          onViolation && ((event) => event.type === 'session.violation' && onViolation(event.kind)),
        clientInfo,
        capabilities,
        handlers,
        signal,
        onNotification,
        discover: prior?.kind === 'modern' ? prior.discover : undefined,
      });
      const { discover = {} } = session.info;
      if (prior?.kind !== 'modern') remember?.({ kind: 'modern', discover });
      return session;
    } catch (error) {
      if (!legacy || !(isLegacyServerError(error) || isHangUp(error))) throw error;
      if (!isLegacyServerError(error)) {
        // Once may be the network; twice is an answer, of a server that ends on what it does not know.
        if (!hungUp) return make(context, isSecondTry, true);
      } else if (error.reusable) left = transport;
      else silent = true;
    }
    remember?.({ kind: 'legacy' });
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
  return (context) => make(context);
}

/** Close codes of a server that does not know what it was asked: it may be of the older era. */
const HANGS_UP: readonly unknown[] = [undefined, 1000, 1002, 1003, 1005, 1006, 1007, 1011];

/** Whether a server hung up on the question. That it goes away or refuses us, has other codes. */
const isHangUp = (error: unknown): boolean =>
  isProtocolError(error) &&
  error.code === 'SESSION_CLOSED' &&
  error.delivery === 'unknown' &&
  HANGS_UP.includes(error.closeCode);
