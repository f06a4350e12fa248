import type { CallOptions } from './call-options.js';
import { endTrace, reporting, startTrace } from './call-reports.js';
import { isDeadline } from './clock.js';
import { leash, waiting } from './deadlines.js';
import type { Endpoint, Target } from './endpoint.js';
import { isTimeoutError, TimeoutError } from './errors.js';
import { type CallEvent, emitter } from './events.js';
import { adopt, isLeaving } from './failure.js';
import type {
  Attempt,
  Clock,
  Idempotent,
  JsonObject,
  Observer,
  Policy,
  Session,
  SessionSource,
  Trace,
} from './ports.js';

/** One call, whatever it takes to make it. */
export interface Call {
  readonly target: Target;
  readonly method: string;
  readonly params: JsonObject | undefined;
  readonly tool?: string | undefined;
  readonly prompt?: string | undefined;
  readonly idempotent: Idempotent;
  /** What the caller gets to see of a failure that no policy could mend. */
  readonly explain?: (error: unknown) => unknown;
  /** What the session knows without asking the server. */
  readonly known?: (session: Session) => JsonObject | undefined;
  /** The session that served it last. */
  session?: Session | undefined;
  /** Ends it, if anything can: the caller, or the deadline over all attempts. */
  signal?: AbortSignal | undefined;
}

export interface CallerOptions {
  readonly sessions: SessionSource<Endpoint>;
  readonly policy?: Policy | undefined;
  readonly observer?: Observer<CallEvent> | undefined;
  readonly trace?: Trace | undefined;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** Makes calls: policy around attempts, a session for each attempt, a deadline for all of it. */
export type Caller = (call: Call, options: CallOptions) => Promise<JsonObject>;

/** How often one attempt goes to another session because its server leaves. */
const MAX_MOVES = 3;

export function createCaller(setup: CallerOptions): Caller {
  const { sessions, policy, trace, clock } = setup;
  const emit = emitter(setup.observer);

  async function run(call: Call, options: CallOptions): Promise<JsonObject> {
    const total = leash(clock, call.method, options, () => call.session !== undefined);
    const signal = total?.signal;
    call.signal = signal;
    try {
      if (policy === undefined) return await attempt(call, options, signal);
      const once = (context: Attempt) => {
        const own = context.abortable === false ? undefined : context.signal;
        return attempt(call, options, own ?? signal);
      };
      return await policy.execute(once, {
        key: call.target.key,
        idempotent: call.idempotent,
        ...(signal && { signal }),
      });
    } catch (error) {
      throw call.explain === undefined || signal?.aborted ? error : call.explain(error);
    } finally {
      total?.end();
    }
  }

  async function attempt(
    call: Call,
    options: CallOptions,
    signal: AbortSignal | undefined,
  ): Promise<JsonObject> {
    const timeoutMs = options.timeoutMs ?? setup.timeoutMs;
    const endsAt = isDeadline(timeoutMs) ? clock.now() + timeoutMs : undefined;
    for (let moves = 0, leftMs = timeoutMs; ; moves++) {
      try {
        return await attemptOnce(call, options, signal, timeoutMs, leftMs);
      } catch (error) {
        // A server that goes in good order is no reason to wait, nor for a breaker to open.
        if (moves === MAX_MOVES || signal?.aborted || !isLeaving(error)) throw error;
        if (endsAt === undefined) continue;
        leftMs = endsAt - clock.now();
        if (leftMs <= 0) throw error;
      }
    }
  }

  async function attemptOnce(
    call: Call,
    options: CallOptions,
    signal: AbortSignal | undefined,
    timeoutMs: number,
    leftMs: number,
  ): Promise<JsonObject> {
    const wait = waiting(clock, timeoutMs, leftMs, signal);
    try {
      return await sessions.use(
        call.target.endpoint,
        (session) => {
          const restMs = wait.end();
          call.session = session;
          return send(session, call, options, {
            signal,
            timeoutMs,
            leftMs: options.resetTimeoutOnProgress ? leftMs : restMs,
          });
        },
        { signal: wait.signal },
      );
    } finally {
      wait.end();
    }
  }

  function send(
    session: Session,
    call: Call,
    options: CallOptions,
    { signal, timeoutMs, leftMs }: Deadline & { readonly signal: AbortSignal | undefined },
  ): Promise<JsonObject> {
    const known = call.known?.(session);
    if (known !== undefined) return Promise.resolve(known);
    const traced = trace && startTrace(trace, call, session);
    const meta = traced === undefined ? options.meta : { ...options.meta, ...traced.meta };
    const { onProgress, resetTimeoutOnProgress, logLevel } = options;
    const answer = session.request(call.method, call.params, {
      signal,
      timeoutMs: leftMs,
      onProgress,
      resetTimeoutOnProgress,
      logLevel,
      meta,
    });
    const failed = (error: unknown): never => {
      const failure = signal?.aborted
        ? error
        : restate(adopt(error, session.report?.(error) === true), call, { timeoutMs, leftMs });
      if (traced) endTrace(traced, call, undefined, failure, signal);
      throw failure;
    };
    if (traced === undefined) return answer.catch(failed);
    return answer.then((result) => {
      endTrace(traced, call, result, undefined, signal);
      return result;
    }, failed);
  }

  return emit === undefined ? run : reporting(run, emit, clock);
}

interface Deadline {
  /** As the caller gave it. */
  readonly timeoutMs: number;
  /** What is left of it for the request. */
  readonly leftMs: number;
}

/** A session knows of the deadline only what was left of it. */
function restate(error: unknown, { method }: Call, { timeoutMs, leftMs }: Deadline): unknown {
  if (!isTimeoutError(error) || error.timeoutMs !== leftMs || leftMs === timeoutMs) return error;
  const message = `no answer to ${method} within ${timeoutMs} ms`;
  return new TimeoutError(message, timeoutMs, error.delivery, { cause: error.cause ?? error });
}
