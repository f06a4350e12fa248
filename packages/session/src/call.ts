import { onAbort } from './abort.js';
import { ProtocolError, type ProtocolErrorCode, TimeoutError } from './errors.js';
import type { Entry, Exchange } from './exchange.js';
import { answerAll } from './input.js';
import { isObject } from './json.js';
import { check, duration } from './options.js';
import type { JsonObject, Progress, RequestOptions } from './ports.js';
import { isResultOf, mayAskForInput } from './result-shapes.js';
import { errorIn } from './rpc-error.js';

/** The wait before a request is repeated that the server put off without asking for input. */
const PAUSE_MS = 250;

/** Sends a request, and resolves with its result, over as many rounds as the server takes. */
export function call(
  exchange: Exchange,
  method: string,
  params?: JsonObject,
  options?: RequestOptions,
): Promise<JsonObject> {
  // What throws in here rejects.
  return new Promise((resolve, reject) => {
    const { settings, violation } = exchange;
    const { clock, maxRounds, requestTimeoutMs, validateOutput } = settings;
    const { signal, timeoutMs = requestTimeoutMs, maxTotalTimeoutMs = 0 } = options ?? {};
    check('timeoutMs', timeoutMs, duration);
    check('maxTotalTimeoutMs', maxTotalTimeoutMs, duration);
    exchange.admit(signal);

    /** The moment `ms` from now (0: never), but no later than the last one. */
    const after = (ms: number) => (ms > 0 ? Math.min(clock.now() + ms, lastMoment) : lastMoment);
    let lastMoment = Infinity;
    lastMoment = after(maxTotalTimeoutMs);
    let next = params;
    let rounds = 0;
    let isOver = false;
    let handling: AbortController | undefined;

    const end = (error?: unknown) => {
      isOver = true;
      exchange.remove(entry);
      unlisten?.();
      handling?.abort(error);
    };
    const fail = (error: unknown) => {
      end(error);
      reject(error);
    };
    const refuse = (code: ProtocolErrorCode, what: string) => {
      violation('invalid-result', method);
      fail(new ProtocolError(code, `the answer to ${method} has ${what}`));
    };
    const giveUp = (error: unknown, why = 'aborted') => {
      if (entry.waiting) void exchange.cancel(entry, why);
      fail(error);
    };
    /** Sends what is next, under an id of its own. */
    const send = () => {
      entry.waiting = true;
      entry.deadline = after(timeoutMs);
      exchange.send(entry, next, options);
    };

    const complete = (result: JsonObject) => {
      let wrong: string | undefined;
      if (validateOutput && method === 'tools/call' && !result.isError) {
        try {
          wrong = validateOutput(String(params?.name), result.structuredContent);
        } catch (error) {
          wrong = String(error);
        }
      }
      if (wrong) return fail(new ProtocolError('INVALID_OUTPUT', wrong));
      end();
      resolve(result);
    };

    const nextRound = async ({ inputRequests, requestState }: JsonObject) => {
      const asked = Object.entries(Object(inputRequests));
      const isPause = !asked.length;
      const hasState = typeof requestState === 'string';
      if (isPause && !hasState) return refuse('INVALID_RESULT', 'no inputRequests');
      if (++rounds > maxRounds) return refuse('INPUT_REQUIRED', `more than ${maxRounds} rounds`);
      entry.waiting = false;
      entry.deadline = after(isPause ? PAUSE_MS : 0);
      exchange.watch(entry);
      next = { ...params, ...(hasState && { requestState }) };
      if (isPause) return;
      handling = new AbortController();
      try {
        next.inputResponses = await answerAll(asked, settings, handling);
        if (!isOver) send();
      } catch (error) {
        fail(error);
      }
    };

    const entry: Entry & { deadline: number; waiting: boolean } = {
      id: 0,
      method,
      deadline: Infinity,
      waiting: true,
      onAnswer({ result, error }) {
        if (!isObject(result) || error !== undefined) {
          const failure = result === undefined && errorIn(error);
          if (failure) fail(failure);
          else refuse('INVALID_RESULT', 'neither result nor error');
          return;
        }
        const { resultType, ...rest } = result;
        // The spec asks to take it for complete, for the sake of servers of earlier versions.
        if (resultType === undefined) violation('missing-result-type', method);
        else if (resultType === 'input_required' && mayAskForInput(method)) {
          void nextRound(rest);
          return;
        } else if (resultType !== 'complete') {
          refuse('INVALID_RESULT', 'an unknown type');
          return;
        }
        if (isResultOf(method, rest)) complete(rest);
        else refuse('INVALID_RESULT', 'the wrong shape');
      },
      onProgress({ progressToken: _, ...progress }) {
        // It only ever moves back, so the timer need not know.
        if (options?.resetTimeoutOnProgress && entry.waiting) entry.deadline = after(timeoutMs);
        options?.onProgress?.(progress as unknown as Progress);
      },
      onDeadline() {
        const isLast = entry.deadline === lastMoment;
        if (entry.waiting || isLast) {
          const ms = isLast ? maxTotalTimeoutMs : timeoutMs;
          giveUp(new TimeoutError(method, ms), 'timed out');
        } else send();
      },
      onFailure: fail,
    };
    const unlisten = onAbort(signal, giveUp);
    send();
  });
}
