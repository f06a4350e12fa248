import type { Call, Caller } from './calling.js';
import { isTimeoutError } from './errors.js';
import type { CallEvent, Emit } from './events.js';
import { codeOf, shapeOf } from './failure.js';
import type { CallOutcome, Clock, JsonObject, Session, Trace, TracedCall } from './ports.js';
import { tell } from './tell.js';

let ids = 0;

/** The same calls, and the observer is told of each. */
export function reporting(run: Caller, emit: Emit<CallEvent>, clock: Clock): Caller {
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

export function startTrace(trace: Trace, call: Call, session: Session): TracedCall | undefined {
  const { method, tool, prompt, target } = call;
  const { protocolVersion } = session.info;
  try {
    return trace.startCall({ method, tool, prompt, endpoint: target.masked, protocolVersion });
  } catch {
    // A tracer that fails is no reason for a call to fail.
    return undefined;
  }
}

/** Ends the span of a request that was answered, or was not. */
export function endTrace(
  traced: TracedCall,
  call: Call,
  result: JsonObject | undefined,
  error: unknown,
  signal: AbortSignal | undefined,
): void {
  tell(() => traced.end(outcomeOf(call, result, error, signal)), undefined);
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
  // A deadline over all attempts ends them by their signal too, and is a failure.
  if (signal?.aborted && error === signal.reason && !isTimeoutError(error)) {
    return { outcome: 'aborted', protocolVersion };
  }
  const { rpcCode } = shapeOf(error);
  return {
    outcome: 'error',
    errorCode: codeOf(error),
    rpcCode: typeof rpcCode === 'number' ? rpcCode : undefined,
    protocolVersion,
  };
}
