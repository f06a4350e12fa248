import { run, signalOf, waitIn } from './call.js';
import { after, systemClock } from './clock.js';
import { defaultIsFailure, shapeOf } from './delivery.js';
import { CircuitOpenError } from './errors.js';
import { emit, type RetryEvent } from './events.js';
import { type FailureRate, failureWindow } from './failure-window.js';
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
} from './options.js';
import type { Backoff, Clock, Observer, Policy, Random } from './ports.js';
import { type CircuitSnapshot, snapshot } from './snapshot.js';

export type CircuitState = 'closed' | 'open' | 'half-open' | 'isolated';

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
   * fail.
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
   * the circuit half-open.
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
  checkOptions('circuitBreaker', options, {
    consecutive: count(1),
    failureRate: object,
    openMs: either(duration, having('delayMs')),
    probes: count(1),
    probeThreshold: share,
    probeTimeoutMs: duration,
    maxWaiting: count(0),
    isFailure: callback,
    state: snapshot,
    random: callback,
    ...observing(),
  });
  const {
    failureRate,
    consecutive = failureRate ? Infinity : 5,
    openMs = 30_000,
    probes = 1,
    probeThreshold = 0,
    probeTimeoutMs = 30_000,
    maxWaiting = 1_000,
    isFailure = defaultIsFailure,
    state: saved,
    name,
    observer,
    clock = systemClock,
    random = Math.random,
  } = options;
  // 0.29 * 100 is a hair below 29 in floating point.
  const mayFail = Math.floor(probes * probeThreshold + 1e-9);
  const window = failureRate && failureWindow(failureRate, clock);

  let state: CircuitState = 'closed';
  // Grows with each change of state: the end of a call counts only in the era that let it in.
  let era = 0;
  let failuresInRow = 0;
  let openings = 0;
  let openUntil = 0;
  let previousMs: number | undefined;
  let lastFailure: { cause: unknown } | undefined;
  let mishap: unknown;
  let holds = 0;
  let admitted = 0;
  let probesFailed = 0;
  let probesPassed = 0;
  const waiting = new Set<() => void>();

  if (saved) {
    ({ state, failuresInRow, openings } = saved);
    openUntil = clock.now() + saved.remainingMs;
    window?.load(saved.window);
  }

  function enter(next: CircuitState): void {
    state = next;
    era++;
    failuresInRow = admitted = probesFailed = probesPassed = 0;
    window?.clear();
    if (next === 'closed') {
      openings = 0;
      previousMs = lastFailure = undefined;
    }
    if (observer) announce(observer, next);
    wake();
  }

  function announce(to: Observer<RetryEvent>, next: CircuitState): void {
    const at = clock.now();
    if (next === 'closed' || next === 'half-open') {
      emit(to, { type: `breaker.${next}`, at, name });
      return;
    }
    const isolated = next === 'isolated';
    const openMs = isolated ? undefined : openUntil - at;
    emit(to, { type: 'breaker.opened', at, name, isolated, openMs });
  }

  function open(cause: unknown): void {
    openings++;
    previousMs =
      typeof openMs === 'number' ? openMs : openMs.delayMs({ retry: openings, previousMs, random });
    openUntil = clock.now() + Math.max(previousMs || 0, 0);
    lastFailure = { cause };
    enter('open');
  }

  // The one place that decides what the end of a call means.
  function report(
    failed: boolean | undefined,
    admittedIn: number,
    error?: unknown,
    before?: unknown,
  ): void {
    if (admittedIn !== era) return;
    if (state === 'half-open') {
      if (failed === undefined) {
        admitted--;
        wake();
      } else if (failed) {
        if (++probesFailed > mayFail) open(error);
      } else if (++probesPassed >= probes - mayFail) {
        enter('closed');
      }
    } else if (failed === false) {
      failuresInRow = 0;
      window?.record(false);
    } else if (failed) {
      // A lost connection takes all its calls along: one failure, however many they are.
      const { cause = error } = shapeOf(error);
      if (cause !== mishap || cause === before) failuresInRow++;
      mishap = cause;
      const tooMany = window?.record(true);
      if (tooMany || failuresInRow >= consecutive) open(error);
    }
  }

  function wake(): void {
    for (const look of waiting) look();
    waiting.clear();
  }

  /** Whether a call may go now; if not, it waits for `wake`. */
  function admit(): boolean {
    if (state === 'open' && clock.now() >= openUntil) enter('half-open');
    if (state === 'closed') return true;
    if (state !== 'half-open') throw refusal();
    if (admitted < probes) {
      admitted++;
      return true;
    }
    if (waiting.size >= maxWaiting) throw refusal();
    return false;
  }

  const refusal = () =>
    new CircuitOpenError({
      ...lastFailure,
      isolated: state === 'isolated',
      retryAfterMs: state === 'open' ? openUntil - clock.now() : undefined,
    });

  function judge(error: unknown, signal: AbortSignal | undefined): boolean | undefined {
    try {
      // The caller's abort says nothing; an outer timeout's says that no answer came.
      if (signal?.aborted) return isFailure(signal.reason) === true || undefined;
      return shapeOf(error).name === 'AbortError' ? undefined : isFailure(error);
    } catch {
      return undefined;
    }
  }

  const execute: Policy['execute'] = async (fn, call) => {
    const signal = signalOf(call);
    signal?.throwIfAborted();
    while (!admit()) await waitIn(waiting, signal);
    let admittedIn = era;
    const before = mishap;
    const stopProbe =
      state === 'half-open'
        ? after(clock, probeTimeoutMs, () => {
            report(true, admittedIn);
            // It has had its say: no era is below 0.
            admittedIn = -1;
          })
        : undefined;
    try {
      const value = await run(fn, call);
      report(false, admittedIn);
      return value;
    } catch (error) {
      report(judge(error, signal), admittedIn, error, before);
      throw error;
    } finally {
      stopProbe?.();
    }
  };

  return {
    execute,
    get state() {
      return state;
    },
    get busy() {
      return (
        state === 'isolated' ||
        (state === 'open' && clock.now() < openUntil) ||
        (state === 'half-open' && admitted > 0)
      );
    },
    isolate() {
      if (holds++ === 0) enter('isolated');
      let held = true;
      return {
        dispose() {
          if (held && --holds === 0) enter('closed');
          held = false;
        },
      };
    },
    toJSON() {
      const open = state === 'open' || state === 'half-open';
      return {
        state: open ? 'open' : 'closed',
        remainingMs: state === 'open' ? clamp(openUntil - clock.now()) : 0,
        openings,
        failuresInRow,
        window: window?.save() ?? [],
      };
    },
  };
}

// JSON has no Infinity, and no time is left after 0.
const clamp = (ms: number) => Math.min(Math.max(ms, 0), 1e308);
