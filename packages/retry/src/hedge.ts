import { invoke, lazyContext, onAbort, signalOf } from './call.js';
import { after, systemClock } from './clock.js';
import { isIdempotent } from './delivery.js';
import { checkOptions, clockRule, duration, having } from './options.js';
import type { Budget, Clock, Policy } from './ports.js';

export interface HedgeOptions {
  /** How long the first try has before the second starts beside it, ms. Required. */
  readonly delayMs: number;
  /**
   * Pays for second tries, so that a server that is slow for all does not get all calls twice. Not
   * the one of the retry around it: each books the success.
   */
  readonly budget?: Budget;
  readonly clock?: Clock;
}

/**
 * Starts a second try when the first is slow, and takes the first success; only for calls that are
 * `idempotent`.
 *
 * The other try's signal is aborted and what it does then is swallowed. A try that fails leaves the
 * call to the one that still runs; when none does, the call rejects with the first failure.
 * @throws ConfigError for a wrong option.
 */
export function hedge(options: HedgeOptions): Policy {
  const rules = {
    delayMs: duration,
    budget: having('take', 'success', 'failure'),
    clock: clockRule(),
  };
  checkOptions('hedge', options, rules, 'delayMs');
  const { delayMs, budget, clock = systemClock } = options;

  const execute: Policy['execute'] = (fn, call) =>
    new Promise((resolve, reject) => {
      const outer = signalOf(call);
      if (outer?.aborted) return reject(outer.reason);
      const tries = new Set<AbortController>();
      let failure: { error: unknown } | undefined;
      let hedged = false;
      let over = false;

      const end = (reason?: unknown) => {
        over = true;
        stopTimer();
        stopListening();
        for (const loser of tries) loser.abort(reason);
      };
      const start = () => {
        const controller = new AbortController();
        tries.add(controller);
        invoke(
          fn,
          lazyContext(() => controller.signal, call),
        ).then(
          (value) => {
            if (over) return;
            tries.delete(controller);
            end();
            if (!hedged) budget?.success(0);
            resolve(value);
          },
          (error) => {
            if (over) return;
            tries.delete(controller);
            budget?.failure(error);
            failure ??= { error };
            if (tries.size === 0) {
              end();
              reject(failure.error);
            }
          },
        );
      };
      const second = async () => {
        if (!(await isIdempotent(call?.idempotent, undefined)) || over) return;
        if (budget && budget.take() === undefined) return;
        hedged = true;
        start();
      };

      const stopTimer = after(clock, delayMs, () => {
        // A budget that throws pays for nothing.
        second().catch(() => {});
      });
      const stopListening = onAbort(outer, () => {
        end(outer?.reason);
        reject(outer?.reason);
      });
      start();
    });
  return { execute };
}
