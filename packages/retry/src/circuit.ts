import type { CircuitBreakerOptions } from './breaker-options.js';
import { waitIn } from './call.js';
import { systemClock } from './clock.js';
import { isObject, shapeOf } from './delivery.js';
import { CircuitOpenError } from './errors.js';
import { teller } from './events.js';
import { failureWindow } from './failure-window.js';
import { quietly } from './quietly.js';
import type { CircuitSnapshot } from './snapshot.js';

export type CircuitState = 'closed' | 'open' | 'half-open' | 'isolated';

/** Says how a call ended: failed or not, or `undefined` where that tells nothing. Counts once. */
export type End = (failed: boolean | undefined, error?: unknown) => void;

/** The state machine of a breaker: which calls may go, and what comes of how they end. */
export function circuitOf(options: CircuitBreakerOptions) {
  const {
    failureRate,
    consecutive = failureRate ? Infinity : 5,
    openMs = 30_000,
    name,
    probes = 1,
    probeThreshold = 0,
    maxWaiting = 1_000,
    state: saved,
    clock = systemClock,
    random = Math.random,
  } = options;
  // 0.29 * 100 is a hair below 29 in floating point.
  const mayFail = Math.floor(probes * probeThreshold + 1e-9);
  const window = failureRate && failureWindow(failureRate, clock);
  const tell = teller(options.observer);
  const waiting = new Set<() => void>();

  let state: CircuitState = 'closed';
  // Grows with each change of state.
  let era = 0;
  let failuresInRow = 0;
  let rateTooHigh = false;
  let admitted = 0;
  let probesFailed = 0;
  let probesPassed = 0;
  let holds = 0;
  let openings = 0;
  let openUntil = -Infinity;
  let lastOpenMs: number | undefined;
  let lastFailure: unknown;
  let mishap: unknown;

  if (saved) {
    ({ state, failuresInRow, openings, lastOpenMs } = saved);
    openUntil = clock.now() + saved.remainingMs;
    window?.load(saved.window);
  }

  // The one place that decides which state follows from what has happened.
  function following(): CircuitState {
    if (holds > 0) return 'isolated';
    switch (state) {
      case 'closed':
        return rateTooHigh || failuresInRow >= consecutive ? 'open' : state;
      case 'open':
        return clock.now() >= openUntil ? 'half-open' : state;
      case 'half-open':
        if (probesFailed > mayFail) return 'open';
        return probesPassed >= probes - mayFail ? 'closed' : state;
      case 'isolated':
        return 'closed';
    }
  }

  // The one place that changes the state.
  function move(): void {
    const next = following();
    if (next === state) return;
    state = next;
    era++;
    failuresInRow = admitted = probesFailed = probesPassed = 0;
    rateTooHigh = false;
    openUntil = -Infinity;
    window?.clear();
    if (next === 'open') {
      openings++;
      const nextMs =
        typeof openMs === 'number'
          ? openMs
          : quietly(() => openMs.delayMs({ retry: openings, previousMs: lastOpenMs, random }));
      lastOpenMs = Math.max(nextMs || 0, 0);
      openUntil = clock.now() + lastOpenMs;
    } else if (next === 'closed') {
      openings = 0;
      lastOpenMs = lastFailure = undefined;
    }
    tell?.(
      next === 'closed' || next === 'half-open'
        ? { type: `breaker.${next}`, at: clock.now(), name }
        : {
            type: 'breaker.opened',
            at: clock.now(),
            name,
            isolated: holds > 0,
            openMs: next === 'open' ? lastOpenMs : undefined,
          },
    );
    wake();
  }

  function wake(): void {
    for (const look of waiting) look();
  }

  function report(before: unknown, failed: boolean | undefined, error: unknown): void {
    if (state === 'half-open') {
      if (failed === undefined) {
        admitted--;
        wake();
      } else if (failed) probesFailed++;
      else probesPassed++;
    } else if (failed !== undefined) {
      // A lost connection takes all its calls along: one failure, however many they are.
      const { cause } = shapeOf(error);
      const origin = isObject(cause) ? cause : error;
      if (failed && isObject(origin) && origin === mishap && origin !== before) return;
      if (failed) mishap = origin;
      failuresInRow = failed ? failuresInRow + 1 : 0;
      rateTooHigh = window?.record(failed) === true;
    }
    if (failed) lastFailure = error;
    move();
  }

  /**
   * Lets a call in; `undefined` if it must wait for its `turn` and ask again.
   * @throws CircuitOpenError
   */
  function admit(): End | undefined {
    if (state !== 'closed') move();
    if (state !== 'closed') {
      const taken = admitted >= probes;
      if (state !== 'half-open' || (taken && waiting.size >= maxWaiting)) {
        throw new CircuitOpenError({
          cause: lastFailure,
          isolated: holds > 0,
          retryAfterMs: state === 'open' ? openUntil - clock.now() : undefined,
        });
      }
      if (taken) return undefined;
      admitted++;
    }
    const before = mishap;
    let admittedIn: number | undefined = era;
    return (failed, error) => {
      // The end of a call counts only while the state is the one that let it in.
      if (admittedIn === era) {
        admittedIn = undefined;
        report(before, failed, error);
      }
    };
  }

  const turn = (signal: AbortSignal | undefined) => waitIn(waiting, signal);
  return [
    admit,
    turn,
    // What the breaker shows of itself.
    {
      get state() {
        return state;
      },
      get busy() {
        return admitted > 0 || holds > 0 || clock.now() < openUntil;
      },
      isolate() {
        let held = true;
        holds++;
        move();
        return {
          dispose() {
            if (!held) return;
            held = false;
            holds--;
            move();
          },
        };
      },
      toJSON(): CircuitSnapshot {
        const open = state === 'open' || state === 'half-open';
        return {
          state: open ? 'open' : 'closed',
          remainingMs: jsonMs(openUntil - clock.now()),
          openings,
          lastOpenMs: lastOpenMs && jsonMs(lastOpenMs),
          failuresInRow,
          window: window?.save() ?? [],
        };
      },
    },
  ] as const;
}

// JSON has no Infinity, and no time is left after 0.
const jsonMs = (ms: number) => Math.min(Math.max(ms, 0), 1e308);
