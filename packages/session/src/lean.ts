import { isLegacyServerError } from './errors.js';
import { type CommonOptions, checkAll, LEAN } from './options.js';
import type { JsonObject, SessionContext, SessionMaker } from './ports.js';
import { createSession } from './session.js';

export interface LeanSessionOptions extends CommonOptions {
  /**
   * Makes the session where the server is of the older era. It is given the context; its `connect`
   * hands over the connection that the server was discovered on, if that is still good. Without it,
   * such a server is refused with `LEGACY_SERVER`.
   */
  readonly legacy?: SessionMaker;
  /**
   * How long it is remembered, for each key, what a server speaks, ms; 0 to find out each time.
   * @default 300_000
   */
  readonly verdictTtlMs?: number;
}

/** Keys that are remembered; the oldest is forgotten first. */
const MAX_VERDICTS = 1_000;

interface Verdict {
  /** Absent: of the older era. */
  readonly discover?: JsonObject;
  readonly until: number;
}

/**
 * A maker of sessions: asks each server once what it speaks, remembers the answer for its key, and
 * hands servers of the older era to `legacy`.
 * @throws ConfigError for a wrong option
 */
export function leanSession(options: LeanSessionOptions = {}): SessionMaker {
  const { legacy, verdictTtlMs = 300_000, ...common } = checkAll(options, LEAN);
  const verdicts = new Map<string, Verdict>();
  const now = () => common.clock?.now() ?? performance.now();

  const recall = (key: string): Verdict | undefined => {
    const verdict = verdicts.get(key);
    return verdict !== undefined && verdict.until > now() ? verdict : undefined;
  };
  const remember = (key: string, discover: JsonObject | undefined): void => {
    verdicts.delete(key);
    verdicts.set(key, { discover, until: now() + verdictTtlMs });
    for (const oldest of verdicts.keys()) {
      if (verdicts.size <= MAX_VERDICTS) break;
      verdicts.delete(oldest);
    }
  };

  const make = async (context: SessionContext, isSecondTry: boolean) => {
    const { key, url, clientInfo, capabilities, handlers, signal } = context;
    const known = recall(key);
    if (known !== undefined && known.discover === undefined && legacy) return legacy(context);
    const transport = await context.connect();
    let verdict: { readonly reusable: boolean };
    try {
      const session = await createSession(transport, {
        ...common,
        clientInfo,
        capabilities,
        handlers,
        signal,
        discover: known?.discover,
        endpoint: labelOf(url),
      });
      if (known === undefined) remember(key, session.info.discover);
      return session;
    } catch (error) {
      if (legacy === undefined || !isLegacyServerError(error)) throw error;
      verdict = error;
    }
    remember(key, undefined);
    let left = verdict.reusable ? transport : undefined;
    const connect = () => {
      const reused = left;
      left = undefined;
      return reused ?? context.connect();
    };
    try {
      return await legacy({ ...context, connect });
    } catch (error) {
      verdicts.delete(key);
      // A modern server that was slow to wake up is silent first, and then knows no handshake.
      if (verdict.reusable || isSecondTry || signal.aborted) throw error;
      return make(context, true);
    }
  };
  return (context) => make(context, false);
}

/** The endpoint without what may be secret. */
function labelOf(url: string): string {
  try {
    const { protocol, host, pathname } = new URL(url);
    return `${protocol}//${host}${pathname}`;
  } catch {
    return 'unknown';
  }
}
