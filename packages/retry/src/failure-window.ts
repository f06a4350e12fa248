import { amount, checkOptions, count, type Rule, share } from './options.js';
import type { Clock } from './ports.js';

export interface FailureRate {
  /** The circuit opens when more than this share of the calls failed, 0 to below 1. */
  readonly threshold: number;
  /** How far back calls count, ms. */
  readonly windowMs: number;
  /** With fewer calls in the window, the rate says nothing and the circuit stays closed. */
  readonly minimumCalls: number;
}

/** Calls and failures of one tenth of the window, and which tenth that was. */
type Slice = [slice: number, calls: number, failures: number];

const SLICES = 10;

/**
 * Counts the calls of the last `windowMs` in ten slices: old calls leave a tenth at a time.
 * @throws ConfigError for a wrong option.
 */
export function failureWindow(rate: FailureRate, clock: Clock) {
  const rules: Record<keyof FailureRate, Rule> = {
    threshold: share,
    windowMs: ['a finite number of milliseconds above 0', (ms) => amount[1](ms) && ms !== 0],
    minimumCalls: count(1),
  };
  checkOptions('failureRate', rate, rules, ...Object.keys(rules));
  const { threshold, windowMs, minimumCalls } = rate;
  const ring: Slice[] = [];
  const now = () => Math.floor((clock.now() * SLICES) / windowMs);
  const slot = (slice: number) => ((slice % SLICES) + SLICES) % SLICES;

  return {
    /** Books a call. Whether the failures are now too many. */
    record(failed: boolean): boolean {
      const current = now();
      let slice = ring[slot(current)];
      if (slice?.[0] !== current) {
        slice = [current, 0, 0];
        ring[slot(current)] = slice;
      }
      slice[1]++;
      if (!failed) return false;
      slice[2]++;
      let calls = 0;
      let failures = 0;
      for (const past of ring) {
        if (past !== undefined && past[0] > current - SLICES) {
          calls += past[1];
          failures += past[2];
        }
      }
      return calls >= minimumCalls && failures > threshold * calls;
    },
    clear(): void {
      ring.length = 0;
    },
    /** The slices by age, the current one being 0: what survives a restart of the clock. */
    save(): Slice[] {
      const current = now();
      return ring
        .filter((past) => past !== undefined && past[0] > current - SLICES)
        .map(([slice, calls, failures]) => [current - slice, calls, failures]);
    },
    load(saved: readonly Slice[]): void {
      const current = now();
      for (const [age, calls, failures] of saved) {
        ring[slot(current - age)] = [current - age, calls, failures];
      }
    },
  };
}
