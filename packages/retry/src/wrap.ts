import { LazyContext, run } from './call.js';
import { check, having } from './options.js';
import type { CallContext, CallOptions, Policy } from './ports.js';

/**
 * One policy out of several, the outermost first: `wrap(retry(), timeout({ timeoutMs: 1_000 }))`
 * gives each attempt a second.
 *
 * Any object with `execute` will do. `key` and `idempotent` reach every policy and `fn`, even
 * through one that knows only `{ signal, attempt }`.
 * @throws ConfigError for what is no policy.
 */
export function wrap(...policies: Policy[]): Policy {
  policies.forEach((policy, index) => {
    check(`policies[${index}]`, policy, having('execute'));
  });
  const whole: Policy =
    policies.length === 0
      ? { execute: run }
      : policies.reduceRight((inner, outer) => ({
          execute: (fn, call) =>
            outer.execute((context) => inner.execute(fn, complete(context, call)), call),
        }));
  return {
    execute: (fn, call) => whole.execute(fn, call),
    get busy() {
      return policies.some((policy) => policy.busy);
    },
  };
}

// A policy that is none of ours may hand on less of the call than it was given, or nothing.
const complete = (context: Partial<CallContext> | undefined, call: CallOptions | undefined) =>
  LazyContext.is(context)
    ? context
    : {
        ...call,
        ...context,
        key: context?.key ?? call?.key,
        idempotent: context?.idempotent ?? call?.idempotent,
      };
