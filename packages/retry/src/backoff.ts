import { amount, check, checkOptions, duration, finite, oneOf } from './options.js';
import type { Backoff } from './ports.js';

/** How a delay `d` is spread, so that callers that failed together do not come back together. */
export type Jitter = 'full' | 'equal' | 'decorrelated' | 'none';

export interface ExponentialOptions {
  /**
   * The first delay, ms.
   * @default 1_000
   */
  readonly baseMs?: number;
  /**
   * What each delay is multiplied by to give the next; 0 or less counts as 1.
   * @default 2
   */
  readonly factor?: number;
  /**
   * The longest delay, ms. `retry` gives up when a server asks for a longer one.
   * @default 30_000
   */
  readonly maxMs?: number;
  /**
   * `full`: 0 to d. `equal`: d/2 to d. `decorrelated`: base to three times the last delay.
   * `none`: d.
   * @default 'full'
   */
  readonly jitter?: Jitter;
}

/**
 * Delays that grow by a factor up to a limit, spread by jitter.
 *
 * The jitters are those of "Exponential Backoff And Jitter" (AWS Architecture Blog, 2015).
 * @throws ConfigError for a wrong option.
 */
export function exponential(options: ExponentialOptions = {}): Backoff {
  checkOptions('exponential', options, {
    baseMs: amount,
    factor: finite,
    maxMs: duration,
    jitter: oneOf('full', 'equal', 'decorrelated', 'none'),
  });
  const { baseMs = 1_000, factor = 2, maxMs = 30_000, jitter = 'full' } = options;
  const growth = factor > 0 ? factor : 1;
  return {
    maxMs,
    jittered: jitter !== 'none',
    delayMs({ retry, previousMs = baseMs, random }) {
      const plainMs = baseMs && Math.min(maxMs, baseMs * growth ** (retry - 1));
      if (jitter === 'none') return Math.round(plainMs);
      if (jitter === 'full') return Math.floor(random() * plainMs);
      if (jitter === 'equal') return Math.floor(((1 + random()) * plainMs) / 2);
      return Math.min(maxMs, Math.floor(baseMs + random() * (3 * previousMs - baseMs)));
    },
  };
}

/**
 * The same delay each time, ms.
 * @throws ConfigError for a wrong delay.
 */
export function constant(ms: number): Backoff {
  check('ms', ms, duration);
  return { delayMs: () => ms };
}

/**
 * These delays one after the other, ms; the last one repeats.
 * @throws ConfigError for an empty list or a wrong delay.
 */
export function sequence(delays: readonly number[]): Backoff {
  check('delays', delays, [
    'a list of at least one delay',
    (value) => Array.isArray(value) && value.length > 0,
  ]);
  const fixed: readonly number[] = [...delays];
  fixed.forEach((delay, index) => {
    check(`delays[${index}]`, delay, duration);
  });
  const last = fixed.at(-1) ?? 0;
  return { delayMs: ({ retry }) => fixed[retry - 1] ?? last };
}
