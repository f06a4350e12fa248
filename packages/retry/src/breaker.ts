import { type CircuitBreakerOptions, checkBreakerOptions } from './breaker-options.js';
import { begin, run } from './call.js';
import { type CircuitState, circuitOf } from './circuit.js';
import { after, systemClock } from './clock.js';
import { defaultIsFailure, shapeOf } from './delivery.js';
import type { Policy } from './ports.js';
import { quietly } from './quietly.js';
import type { CircuitSnapshot } from './snapshot.js';

export interface CircuitBreaker extends Policy {
  /** `open` becomes `half-open` with the first call after the open time. */
  readonly state: CircuitState;
  readonly busy: boolean;
  /** Holds the circuit open until every hold is disposed of; then it is closed, all forgotten. */
  isolate(): { dispose(): void };
  /** The state as JSON. Half-open is saved as open with no time left, isolated as closed. */
  toJSON(): CircuitSnapshot;
}

/**
 * Stops calling what fails again and again, and finds out after a while whether it is back.
 *
 * Half-open, `probes` calls go through and the others wait for their verdict. Calls let in before
 * the state last changed no longer count when they end.
 *
 * `execute` rejects with `CircuitOpenError` while the circuit is open: `not-sent`, with the time
 * that is left as `retryAfterMs`. So a retry around the breaker waits until the next probe if its
 * backoff's `maxMs` and its deadline allow, and fails at once if not.
 * @throws ConfigError for a wrong option.
 */
export function circuitBreaker(options: CircuitBreakerOptions = {}): CircuitBreaker {
  checkBreakerOptions(options);
  const { probeTimeoutMs = 30_000, isFailure = defaultIsFailure, clock = systemClock } = options;
  const [admit, turn, face] = circuitOf(options);

  const judge = (error: unknown, signal: AbortSignal | undefined): boolean | undefined =>
    quietly(() => {
      // The caller's abort says nothing; an outer timeout's says that no answer came.
      if (signal?.aborted) return isFailure(signal.reason) === true || undefined;
      return shapeOf(error).name === 'AbortError' ? undefined : isFailure(error);
    });

  const execute: Policy['execute'] = async (fn, call) => {
    const signal = begin(call);
    let end = admit();
    while (!end) {
      await turn(signal);
      end = admit();
    }
    const ended = end;
    const stopProbe =
      face.state === 'half-open'
        ? after(clock, probeTimeoutMs || Infinity, () => ended(true))
        : undefined;
    try {
      const value = await run(fn, call);
      ended(false);
      return value;
    } catch (error) {
      ended(judge(error, signal), error);
      throw error;
    } finally {
      stopProbe?.();
    }
  };
  return Object.assign(face, { execute });
}
