import { callback, checkOptions, deadline, flag, object, signal, text } from './check.js';
import { isDeadline } from './clock.js';
import { totalDeadline, waiting } from './deadlines.js';
import type { Endpoint, Target } from './endpoint.js';
import { type CallEvent, emitter } from './events.js';
import { adopt, codeOf, isLeaving, shapeOf } from './failure.js';
import type {
  Attempt,
  CallOutcome,
  Clock,
  Idempotent,
  JsonObject,
  Observer,
  Policy,
  RequestOptions,
  Session,
  SessionSource,
  Trace,
  TracedCall,
} from './ports.js';

/** How one call is made. */
export interface CallOptions extends RequestOptions {
  /**
   * Whether the call may run twice. What only reads may; of a tool, its annotations say, unless
   * this does.
   */
  readonly idempotent?: boolean | undefined;
}

const CALL_RULES = {
  signal,
  timeoutMs: deadline,
  maxTotalTimeoutMs: deadline,
  resetTimeoutOnProgress: flag,
  onProgress: callback,
  logLevel: text,
  meta: object,
  idempotent: flag,
};

export function checkCallOptions(options: CallOptions): void {
  checkOptions('a call', options, CALL_RULES);
}

/** One call, whatever it takes to make it. */
export interface Call {
  readonly endpoint: Endpoint;
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

let ids = 0;

export function createCaller(setup: CallerOptions): Caller {
  const { sessions, policy, trace, clock } = setup;
  const emit = emitter(setup.observer);

  async function run(call: Call, options: CallOptions): Promise<JsonObject> {
    const total = totalDeadline(clock, call.method, options, () => call.session !== undefined);
    const signal = total?.signal ?? options.signal;
    try {
      if (policy === undefined) return await attempt(call, options, signal);
      const once = (context: Attempt) => {
        const own = context.abortable === false ? undefined : context.signal;
        return attempt(call, options, own ?? signal);
      };
      return await policy.execute(once, {
        ...(signal && { signal }),
        key: call.target.key,
        idempotent: call.idempotent,
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
        return await attemptOnce(call, options, signal, leftMs);
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
  ): Promise<JsonObject> {
    const wait = waiting(clock, timeoutMs, signal);
    try {
      return await sessions.use(
        call.endpoint,
        (session) => {
          const leftMs = wait.end();
          call.session = session;
          return send(session, call, options, {
            signal,
            timeoutMs: options.resetTimeoutOnProgress ? timeoutMs : leftMs,
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
    { signal, timeoutMs }: { signal: AbortSignal | undefined; timeoutMs: number },
  ): Promise<JsonObject> {
    const known = call.known?.(session);
    if (known !== undefined) return Promise.resolve(known);
    const traced = trace && startTrace(trace, call, session);
    const meta = traced === undefined ? options.meta : { ...options.meta, ...traced.meta };
    const { onProgress, resetTimeoutOnProgress, logLevel } = options;
    const answer = session.request(call.method, call.params, {
      signal,
      timeoutMs,
      onProgress,
      resetTimeoutOnProgress,
      logLevel,
      meta,
    });
    const failed = (error: unknown): never => {
      const failure = signal?.aborted ? error : adopt(error, session.report?.(error) === true);
      traced?.end(outcomeOf(call, undefined, failure, signal));
      throw failure;
    };
    if (traced === undefined) return answer.catch(failed);
    return answer.then((result) => {
      traced.end(outcomeOf(call, result, undefined, signal));
      return result;
    }, failed);
  }

  if (emit === undefined) return run;
  return async (call, options) => {
    const id = ++ids;
    const startedAt = clock.now();
    const { method, tool, prompt } = call;
    const endpoint = call.target.masked;
    emit({ type: 'call.start', at: startedAt, id, method, tool, prompt, endpoint });
    const end = (result?: JsonObject, error?: unknown) => {
      const at = clock.now();
      const durationMs = at - startedAt;
      const { outcome, errorCode, rpcCode, protocolVersion } = outcomeOf(
        call,
        result,
        error,
        options.signal,
      );
      emit({
        type: 'call.end',
        at,
        id,
        method,
        tool,
        prompt,
        endpoint,
        outcome,
        durationMs,
        errorCode,
        rpcCode,
        era: call.session?.info.era,
        protocolVersion,
      });
    };
    try {
      const result = await run(call, options);
      end(result);
      return result;
    } catch (error) {
      end(undefined, error);
      throw error;
    }
  };
}

function startTrace(trace: Trace, call: Call, session: Session): TracedCall | undefined {
  const { method, tool, prompt, target } = call;
  const { protocolVersion } = session.info;
  try {
    return trace.startCall({ method, tool, prompt, endpoint: target.masked, protocolVersion });
  } catch {
    // A tracer that fails is no reason for a call to fail.
    return undefined;
  }
}

function outcomeOf(
  { method, session }: Call,
  result: JsonObject | undefined,
  error: unknown,
  signal: AbortSignal | undefined,
): CallOutcome {
  const protocolVersion = session?.info.protocolVersion;
  if (result !== undefined) {
    const failed = method === 'tools/call' && result.isError === true;
    return { outcome: failed ? 'tool_error' : 'ok', protocolVersion };
  }
  if (signal?.aborted && error === signal.reason) return { outcome: 'aborted', protocolVersion };
  const { rpcCode } = shapeOf(error);
  return {
    outcome: 'error',
    errorCode: codeOf(error),
    rpcCode: typeof rpcCode === 'number' ? rpcCode : undefined,
    protocolVersion,
  };
}
