import { begin, invoke, LazyContext, onAbort } from './call.js';
import { after, systemClock } from './clock.js';
import { isIdempotent } from './delivery.js';
import { budgetRule, checkOptions, clockRule, duration } from './options.js';
import type { Budget, Clock, Policy } from './ports.js';
import { quietly } from './quietly.js';

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
  checkOptions(
    'hedge',
    options,
    { delayMs: duration, budget: budgetRule(), clock: clockRule() },
    'delayMs',
  );
  const { delayMs, budget, clock = systemClock } = options;

  const execute: Policy['execute'] = (fn, call) =>
    new Promise((resolve, reject) => {
      const outer = begin(call);
      // Those that run; none once the call is over.
      const tries = new Set<AbortController>();
      let failure: { error: unknown } | undefined;
      let hedged = false;

      const end = (reason?: unknown) => {
        stopTimer();
        stopListening();
        for (const loser of tries) loser.abort(reason);
        tries.clear();
      };
      const start = () => {
        const controller = new AbortController();
        tries.add(controller);
        invoke(fn, new LazyContext(() => controller.signal, call)).then(
          (value) => {
            if (!tries.delete(controller)) return;
            end();
            if (!hedged) quietly(() => budget?.success(0));
            resolve(value);
          },
          (error) => {
            if (!tries.delete(controller)) return;
            quietly(() => budget?.failure(error));
            failure ??= { error };
            if (tries.size === 0) {
              end();
              reject(failure.error);
            }
          },
        );
      };
      const second = async () => {
        if (!(await isIdempotent(call?.idempotent, undefined)) || tries.size === 0) return;
        if (budget && quietly(() => budget.take()) === undefined) return;
        hedged = true;
        start();
      };

      const stopTimer = after(clock, delayMs, second);
      const stopListening = onAbort(outer, () => {
        end(outer?.reason);
        reject(outer?.reason);
      });
      start();
    });
  return { execute };
}
