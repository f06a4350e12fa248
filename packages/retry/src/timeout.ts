import { begin, invoke, LazyContext, onAbort } from './call.js';
import { after, systemClock } from './clock.js';
import { deliveryOf, retryAfterOf, shapeOf } from './delivery.js';
import { TimeoutError } from './errors.js';
import { checkOptions, clockRule, duration } from './options.js';
import type { Clock, Policy } from './ports.js';

export interface TimeoutOptions {
  /** How long the call may take, ms; 0 or `Infinity` for as long as it likes. Required. */
  readonly timeoutMs: number;
  /**
   * How long the aborted call has to say what became of it, ms, before it is left behind.
   * @default 0
   */
  readonly graceMs?: number;
  readonly clock?: Clock;
}

/**
 * Aborts the call's signal after `timeoutMs` and rejects with `TimeoutError`.
 *
 * Inside a retry it bounds each attempt, outside of it all of them together. What the aborted call
 * says within `graceMs` is heard: a value is still the result, and an error that carries a
 * `delivery` becomes the timeout's `cause` and lends it its `delivery`. Without that, `delivery` is
 * `unknown`: the call may have run. A call that ignores its signal is left behind, its late outcome
 * swallowed.
 * @throws ConfigError for a wrong option.
 */
export function timeout(options: TimeoutOptions): Policy {
  checkOptions(
    'timeout',
    options,
    { timeoutMs: duration, graceMs: duration, clock: clockRule() },
    'timeoutMs',
  );
  const { timeoutMs, graceMs = 0, clock = systemClock } = options;

  const execute: Policy['execute'] = (fn, call) =>
    new Promise((resolve, reject) => {
      const outer = begin(call);
      let controller: AbortController | undefined;
      let aborted: { reason: unknown } | undefined;
      let expired: TimeoutError | undefined;

      const abort = (reason: unknown) => {
        aborted = { reason };
        controller?.abort(reason);
      };
      const innerSignal = () => {
        controller = new AbortController();
        if (aborted) controller.abort(aborted.reason);
        return controller.signal;
      };
      const end = () => {
        stopTimer();
        stopListening();
      };
      const expire = () => {
        const error = new TimeoutError(timeoutMs);
        expired = error;
        stopTimer = after(clock, graceMs, () => {
          end();
          reject(error);
        });
        abort(error);
      };
      let stopTimer = after(clock, timeoutMs || Infinity, expire);
      const stopListening = onAbort(outer, () => {
        stopTimer();
        abort(outer?.reason);
        reject(outer?.reason);
      });

      invoke(fn, new LazyContext(innerSignal, call)).then(
        (value) => {
          end();
          resolve(value);
        },
        (error) => {
          end();
          reject(expired ? adopt(expired, error) : error);
        },
      );
    });
  return { execute };
}

function adopt(expired: TimeoutError, cause: unknown): TimeoutError {
  const delivery = deliveryOf(cause);
  if (cause === expired || delivery === undefined) return expired;
  const { retryable } = shapeOf(cause);
  return new TimeoutError(expired.timeoutMs, {
    cause,
    delivery,
    retryable: typeof retryable === 'boolean' ? retryable : undefined,
    retryAfterMs: retryAfterOf(cause) || undefined,
  });
}
