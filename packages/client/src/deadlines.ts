import { isDeadline } from './clock.js';
import { TimeoutError } from './errors.js';
import type { Clock } from './ports.js';

export interface Waiting {
  readonly signal: AbortSignal | undefined;
  /** Ends the wait; what is left of the deadline. */
  end(): number;
}

// An AbortController costs more than the rest of a call, and hardly any is ever aborted. Who waits
// has let go of the signal when the wait ends, so that the next one can have it.
const spare: AbortController[] = [];
const MAX_SPARE = 64;

/** The deadline of an attempt for as long as it waits for a session: nothing was sent yet. */
export function waiting(clock: Clock, timeoutMs: number, outer: AbortSignal | undefined): Waiting {
  if (!isDeadline(timeoutMs)) return { signal: outer, end: () => timeoutMs };
  const controller = spare.pop() ?? new AbortController();
  const startedAt = clock.now();
  const follow = outer && (() => controller.abort(outer.reason));
  const timer = clock.setTimeout(() => {
    const message = `no session within ${timeoutMs} ms`;
    controller.abort(new TimeoutError(message, timeoutMs, 'not-sent'));
  }, timeoutMs);
  if (outer?.aborted) follow?.();
  else if (follow) outer.addEventListener('abort', follow);
  let waits = true;
  return {
    signal: controller.signal,
    end() {
      if (waits) {
        waits = false;
        clock.clearTimeout(timer);
        if (follow) outer.removeEventListener('abort', follow);
        if (!controller.signal.aborted && spare.length < MAX_SPARE) spare.push(controller);
      }
      return Math.max(1, timeoutMs - (clock.now() - startedAt));
    },
  };
}

/** The deadline over all attempts, if there is one. */
export function totalDeadline(
  clock: Clock,
  method: string,
  options: {
    readonly maxTotalTimeoutMs?: number | undefined;
    readonly signal?: AbortSignal | undefined;
  },
  wasSent: () => boolean,
): { readonly signal: AbortSignal; end(): void } | undefined {
  const { maxTotalTimeoutMs, signal } = options;
  if (maxTotalTimeoutMs === undefined || !isDeadline(maxTotalTimeoutMs)) return undefined;
  const controller = new AbortController();
  const follow = () => controller.abort(signal?.reason);
  const timer = clock.setTimeout(() => {
    const message = `${method} took longer than ${maxTotalTimeoutMs} ms in all`;
    const delivery = wasSent() ? 'unknown' : 'not-sent';
    controller.abort(new TimeoutError(message, maxTotalTimeoutMs, delivery));
  }, maxTotalTimeoutMs);
  if (signal?.aborted) follow();
  else signal?.addEventListener('abort', follow);
  return {
    signal: controller.signal,
    end() {
      clock.clearTimeout(timer);
      signal?.removeEventListener('abort', follow);
    },
  };
}
