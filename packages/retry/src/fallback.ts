import { run } from './call.js';
import { callback, checkOptions } from './options.js';
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
  checkOptions('fallback', options, { to: callback, when: callback }, 'to');
  const { to, when = () => true } = options;

  const execute = async <T>(
    fn: (context: CallContext) => T | PromiseLike<T>,
    call?: Parameters<Policy['execute']>[1],
  ): Promise<T> => {
    try {
      return await run(fn, call);
    } catch (error) {
      if (!when(error)) throw error;
      // Rejects at once if it was the caller who left.
      return run(async (context) => (await to(error, context)) as T, call);
    }
  };
  return { execute };
}
