import { after, isDeadline } from './clock.js';
import { TimeoutError } from './errors.js';
import { follow } from './follow.js';
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

/**
 * The deadline of an attempt for as long as it waits for a session: nothing was sent yet.
 *
 * @param leftMs - what earlier sessions of the same attempt have left of `timeoutMs`
 */
export function waiting(
  clock: Clock,
  timeoutMs: number,
  leftMs: number,
  outer: AbortSignal | undefined,
): Waiting {
  if (!isDeadline(timeoutMs)) return { signal: outer, end: () => timeoutMs };
  const controller = spare.pop() ?? new AbortController();
  const startedAt = clock.now();
  const stop = after(clock, leftMs, () => {
    const message = `no session within ${timeoutMs} ms`;
    controller.abort(new TimeoutError(message, timeoutMs, 'not-sent'));
  });
  // Directly: the signal is of this call alone.
  const leave = outer && (() => controller.abort(outer.reason));
  if (outer?.aborted) leave?.();
  else if (leave) outer.addEventListener('abort', leave);
  let waits = true;
  return {
    signal: controller.signal,
    end() {
      if (waits) {
        waits = false;
        stop();
        if (leave) outer.removeEventListener('abort', leave);
        if (!controller.signal.aborted && spare.length < MAX_SPARE) spare.push(controller);
      }
      return Math.max(1, leftMs - (clock.now() - startedAt));
    },
  };
}

/** What ends a call, whatever it is doing. */
export interface Leash {
  readonly signal: AbortSignal;
  end(): void;
}

/** The caller's signal and the deadline over all attempts as one; `undefined` if there is neither. */
export function leash(
  clock: Clock,
  method: string,
  options: {
    readonly maxTotalTimeoutMs?: number | undefined;
    readonly signal?: AbortSignal | undefined;
  },
  wasSent: () => boolean,
): Leash | undefined {
  const { maxTotalTimeoutMs = 0, signal } = options;
  const isCapped = isDeadline(maxTotalTimeoutMs);
  if (!isCapped && signal === undefined) return undefined;
  const controller = new AbortController();
  const expire = () => {
    const message = `${method} took longer than ${maxTotalTimeoutMs} ms in all`;
    const delivery = wasSent() ? 'unknown' : 'not-sent';
    controller.abort(new TimeoutError(message, maxTotalTimeoutMs, delivery));
  };
  const stop = isCapped ? after(clock, maxTotalTimeoutMs, expire) : undefined;
  const unfollow = follow(signal, () => controller.abort(signal?.reason));
  return {
    signal: controller.signal,
    end() {
      stop?.();
      unfollow();
    },
  };
}
