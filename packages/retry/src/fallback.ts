import { invoke, orAborted, passOn, signalOf } from './call.js';
import { callback, checkOptions, required } from './options.js';
import type { CallContext, Policy } from './ports.js';

export interface FallbackOptions {
  /** What to answer instead of `error`. What it throws is what the call rejects with. Required. */
  readonly to: (error: unknown, context: CallContext) => unknown;
  /**
   * Whether there is an answer for `error`.
   * @default () => true
   */
  readonly when?: (error: unknown) => boolean;
}

/**
 * Answers with something else when the call fails. A call that its own caller aborts gets none.
 *
 * `execute` has the type of `fn`: that `to` answers with the same type is the caller's to see to.
 * @throws ConfigError for a wrong option.
 */
export function fallback(options: FallbackOptions): Policy {
  const rules = { to: callback(), when: callback() };
  checkOptions('fallback', options, rules);
  required('to', options.to, rules.to);
  const { to, when = () => true } = options;

  const execute = async <T>(
    fn: (context: CallContext) => T | PromiseLike<T>,
    call?: Parameters<Policy['execute']>[1],
  ): Promise<T> => {
    const signal = signalOf(call);
    signal?.throwIfAborted();
    const context = passOn(call);
    try {
      return await orAborted(invoke(fn, context), signal);
    } catch (error) {
      if (signal?.aborted || !when(error)) throw error;
      return orAborted(
        invoke(async () => (await to(error, context)) as T, context),
        signal,
      );
    }
  };
  return { execute };
}
