import { onAbort } from './abort.js';
import { ProtocolError, type ProtocolErrorCode, TimeoutError } from './errors.js';
import type { Entry, Exchange } from './exchange.js';
import { answerAll } from './input.js';
import { isObject } from './json.js';
import { check, duration } from './options.js';
import type { JsonObject, Progress, RequestOptions } from './ports.js';
import { isResultOf, mayAskForInput } from './result-shapes.js';
import { errorIn } from './rpc-error.js';
import { tell } from './tell.js';

/** The waits before a request is repeated that the server only puts off: each is twice the last. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 2_000;

/** Sends a request, and resolves with its result, over as many rounds as the server takes. */
export function call(
  exchange: Exchange,
  method: string,
  params?: JsonObject,
  options?: RequestOptions,
): Promise<JsonObject> {
  // What throws in here rejects.
  return new Promise((resolve, reject) => {
    exchange.admit(options?.signal);
    new Call(exchange, method, params, options, resolve, reject).start();
  });
}

/** One per request, so it has fields and no closures: those would cost more than all else here. */
class Call implements Entry {
  id = 0;
  deadline = Infinity;
  waiting = true;
  readonly method: string;
  readonly #exchange: Exchange;
  readonly #params: JsonObject | undefined;
  readonly #options: RequestOptions | undefined;
  readonly #resolve: (result: JsonObject) => void;
  readonly #reject: (error: unknown) => void;
  readonly #timeoutMs: number;
  /** When all must be over. */
  #lastMoment = Infinity;
  /** When what is waited for is late; `deadline` comes before it only where a pause ends. */
  #due = Infinity;
  #pauseMs = FIRST_PAUSE_MS;
  /** What the next message is sent with. */
  #next: JsonObject | undefined;
  #rounds = 0;
  /** Ends the handlers that run. */
  #handling: AbortController | undefined;
  #unlisten: (() => void) | undefined;

  constructor(
    exchange: Exchange,
    method: string,
    params: JsonObject | undefined,
    options: RequestOptions | undefined,
    resolve: (result: JsonObject) => void,
    reject: (error: unknown) => void,
  ) {
    this.#exchange = exchange;
    this.method = method;
    this.#next = this.#params = params;
    this.#options = options;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#timeoutMs = options?.timeoutMs ?? exchange.settings.timeoutMs;
  }

  start(): void {
    if (this.#options) {
      const { signal, maxTotalTimeoutMs = 0 } = this.#options;
      check('timeoutMs', this.#timeoutMs, duration);
      check('maxTotalTimeoutMs', maxTotalTimeoutMs, duration);
      this.#lastMoment = this.#after(maxTotalTimeoutMs);
      this.#unlisten = onAbort(signal, (reason) => this.#giveUp(reason, 'aborted'));
    }
    this.#due = this.#after(this.#timeoutMs);
    this.#send();
  }

  onAnswer({ result, error }: JsonObject): void {
    if (isObject(result) && error === undefined) this.#onResult(result);
    else {
      const failure = result === undefined && errorIn(error);
      if (failure) this.onFailure(failure);
      else this.#refuse('INVALID_RESULT', 'neither result nor error');
    }
  }

  onProgress({ progressToken: _, ...progress }: JsonObject): void {
    const { onProgress, resetTimeoutOnProgress } = this.#options ?? {};
    // It only ever moves back, so the timer need not know.
    if (resetTimeoutOnProgress && this.waiting) {
      this.deadline = this.#due = this.#after(this.#timeoutMs);
    }
    tell(onProgress, progress as unknown as Progress);
  }

  onDeadline(): void {
    const isLast = this.deadline === this.#lastMoment;
    if (this.deadline < this.#due) this.#send();
    else if (this.#handling && !isLast)
      this.#fail(new ProtocolError('HANDLER_FAILED', 'the handlers took too long'));
    else {
      const ms = (isLast && this.#options?.maxTotalTimeoutMs) || this.#timeoutMs;
      this.#giveUp(new TimeoutError(this.method, ms), 'timed out');
    }
  }

  onFailure(error: unknown): void {
    const { delivery, retryAfterMs } = Object(error);
    const hasBegun = this.#next !== this.#params;
    if (!hasBegun || delivery !== 'not-sent') this.#fail(error);
    else {
      // That this message has not left says nothing of the work that came before it.
      const told = { delivery: 'unknown', retryAfterMs } as const;
      this.#fail(new ProtocolError('INTERRUPTED', `${this.method} was interrupted`, told, error));
    }
  }

  #fail(error: unknown): void {
    this.#end(error);
    this.#reject(error);
  }

  /** The moment `ms` from now (0: never), but no later than the last one. */
  #after(ms: number): number {
    return ms > 0
      ? Math.min(this.#exchange.settings.clock.now() + ms, this.#lastMoment)
      : this.#lastMoment;
  }

  /** Sends what is next, under an id of its own. */
  #send(): void {
    this.waiting = true;
    this.#handling = undefined;
    this.deadline = this.#due;
    this.#exchange.send(this, this.#next, this.#options);
  }

  #onResult({ resultType, ...result }: JsonObject): void {
    const { method } = this;
    // The spec asks to take it for complete, for the sake of servers of earlier versions.
    if (resultType === undefined) this.#exchange.violation('missing-result-type', method);
    else if (resultType === 'input_required' && mayAskForInput(method)) {
      void this.#onInputRequired(result);
      return;
    } else if (resultType !== 'complete') {
      this.#refuse('INVALID_RESULT', 'an unknown type');
      return;
    }
    if (!isResultOf(method, result)) this.#refuse('INVALID_RESULT', 'the wrong shape');
    else {
      const wrong = method === 'tools/call' && !result.isError && this.#faultIn(result);
      if (wrong) this.#fail(new ProtocolError('INVALID_OUTPUT', wrong));
      else {
        this.#end();
        this.#resolve(result);
      }
    }
  }

  #faultIn({ structuredContent }: JsonObject): string | undefined {
    try {
      const { validateOutput } = this.#exchange.settings;
      return validateOutput?.(String(this.#params?.name), structuredContent);
    } catch (error) {
      return String(error);
    }
  }

  async #onInputRequired({ inputRequests, requestState }: JsonObject): Promise<void> {
    const { settings } = this.#exchange;
    const asked = Object.entries(Object(inputRequests));
    const isPause = !asked.length;
    const hasState = typeof requestState === 'string';
    if (isPause && !hasState) return this.#refuse('INVALID_RESULT', 'no inputRequests');
    this.waiting = false;
    const next: JsonObject = { ...this.#params, ...(hasState && { requestState }) };
    this.#next = next;
    if (isPause) {
      this.deadline = Math.min(settings.clock.now() + this.#pauseMs, this.#due);
      this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
      this.#exchange.watch(this);
      return;
    }
    if (++this.#rounds > settings.maxInputRounds) return this.#refuse('INPUT_REQUIRED', 'no end');
    this.deadline = this.#due = this.#after(settings.handlerTimeoutMs);
    this.#exchange.watch(this);
    const handling = new AbortController();
    this.#handling = handling;
    try {
      next.inputResponses = await answerAll(asked, settings, handling.signal);
      if (handling.signal.aborted) return;
      this.#pauseMs = FIRST_PAUSE_MS;
      this.#due = this.#after(this.#timeoutMs);
      this.#send();
    } catch (error) {
      this.#fail(error);
    }
  }

  #refuse(code: ProtocolErrorCode, what: string): void {
    this.#exchange.violation('invalid-result', this.method);
    this.#fail(new ProtocolError(code, `the answer to ${this.method} has ${what}`));
  }

  #giveUp(error: unknown, why: string): void {
    if (this.waiting) void this.#exchange.cancel(this, why);
    this.#fail(error);
  }

  #end(error?: unknown): void {
    this.#exchange.remove(this);
    this.#unlisten?.();
    this.#handling?.abort(error);
  }
}
