import { run } from './call.js';
import { check, having } from './options.js';
import type { CallContext, CallOptions, Policy } from './ports.js';

const PASS: Policy = { execute: run };

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
  const whole =
    policies.length === 0 ? PASS : policies.reduceRight((inner, outer) => around(outer, inner));
  return {
    execute: (fn, call) => whole.execute(fn, call),
    get busy() {
      return policies.some((policy) => policy.busy);
    },
  };
}

function around(outer: Policy, inner: Policy): Policy {
  return {
    execute: (fn, call) =>
      outer.execute((context) => inner.execute(fn, complete(context, call)), call),
  };
}

function complete(context: CallContext, call: CallOptions | undefined): CallOptions {
  const key = context.key ?? call?.key;
  const idempotent = context.idempotent ?? call?.idempotent;
  if (key === context.key && idempotent === context.idempotent) return context;
  return { signal: context.signal, attempt: context.attempt, key, idempotent };
}
