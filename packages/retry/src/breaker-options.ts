import type { RetryEvent } from './events.js';
import type { FailureRate } from './failure-window.js';
import {
  callback,
  checkOptions,
  count,
  duration,
  either,
  having,
  object,
  observing,
  share,
  whole,
} from './options.js';
import type { Backoff, Clock, Observer, Random } from './ports.js';
import { type CircuitSnapshot, snapshot } from './snapshot.js';

export interface CircuitBreakerOptions {
  /**
   * Failures in a row that open the circuit. With a `failureRate`, only that counts unless this is
   * given too.
   * @default 5
   */
  readonly consecutive?: number;
  /** Opens the circuit on a share of failures in a sliding time window. */
  readonly failureRate?: FailureRate;
  /**
   * How long the circuit stays open, ms; a backoff lets that grow each time in a row that probes
   * fail. One that throws counts as 0.
   * @default 30_000
   */
  readonly openMs?: number | Backoff;
  /**
   * Calls that a half-open circuit lets through to find out.
   * @default 1
   */
  readonly probes?: number;
  /**
   * The share of probes that may fail, 0 to below 1; one failure more opens the circuit again.
   * @default 0
   */
  readonly probeThreshold?: number;
  /**
   * A probe that has not ended by then counts as failed, ms, so that one that hangs cannot hold
   * the circuit half-open; 0 or `Infinity`: it may.
   * @default 30_000
   */
  readonly probeTimeoutMs?: number;
  /**
   * Calls that may wait for the verdict of the probes; more are refused.
   * @default 1_000
   */
  readonly maxWaiting?: number;
  /**
   * `true`: the other side is down. `false`: it is up. `undefined`: the error says nothing of it.
   * One that throws counts as `undefined`.
   * @default defaultIsFailure
   */
  readonly isFailure?: (error: unknown) => boolean | undefined;
  /** What `toJSON()` of an earlier breaker gave. */
  readonly state?: CircuitSnapshot;
  /** Stands in the events. Give no secret: an endpoint's URL without user, query and fragment. */
  readonly name?: string;
  readonly observer?: Observer<RetryEvent>;
  readonly clock?: Clock;
  readonly random?: Random;
}

/** @throws ConfigError for a wrong option. */
export function checkBreakerOptions(options: CircuitBreakerOptions): void {
  checkOptions('circuitBreaker', options, {
    consecutive: count(1),
    failureRate: object,
    openMs: either(duration, having('delayMs')),
    probes: whole(1),
    probeThreshold: share,
    probeTimeoutMs: duration,
    maxWaiting: count(0),
    isFailure: callback,
    state: snapshot,
    random: callback,
    ...observing(),
  });
}
