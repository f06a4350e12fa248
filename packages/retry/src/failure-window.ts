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
    windowMs: ['a finite number above 0', (ms) => amount[1](ms) && ms !== 0],
    minimumCalls: count(1),
  };
  checkOptions('failureRate', rate, rules, ...Object.keys(rules));
  const { threshold, windowMs, minimumCalls } = rate;
  let slices: Slice[] = [];
  const current = () => Math.floor((clock.now() * SLICES) / windowMs);
  const young = (from: readonly Slice[], now: number) =>
    from.filter(([slice]) => slice > now - SLICES);
  // Its own inverse: age = now - slice, slice = now - age.
  const turned = (from: readonly Slice[], now: number) =>
    from.map(([slice, calls, failures]): Slice => [now - slice, calls, failures]);

  return {
    /** Books a call. Whether the share of failures is now too high, also after a success. */
    record(failed: boolean): boolean {
      const now = current();
      let last = slices.at(-1);
      if (last?.[0] !== now) {
        last = [now, 0, 0];
        slices = young(slices, now);
        slices.push(last);
      }
      last[1]++;
      if (failed) last[2]++;
      let calls = 0;
      let failures = 0;
      for (const slice of slices) {
        calls += slice[1];
        failures += slice[2];
      }
      return calls >= minimumCalls && failures > threshold * calls;
    },
    clear(): void {
      slices = [];
    },
    /** The slices by age, the current one being 0: what survives a restart of the clock. */
    save(): Slice[] {
      const now = current();
      return turned(young(slices, now), now);
    },
    load(saved: readonly Slice[]): void {
      slices = turned(saved, current());
    },
  };
}
