import { isObject } from './delivery.js';
import { amount, type Rule, whole } from './options.js';

/** A breaker's state as JSON. Times are relative, because clocks start anew with the process. */
export interface CircuitSnapshot {
  readonly state: 'closed' | 'open';
  /** How long the circuit stays open from now on, ms. */
  readonly remainingMs: number;
  /** Times in a row that it opened: what its open time grows by. */
  readonly openings: number;
  /** The open time before, ms: what a decorrelated one grows by. */
  readonly lastOpenMs?: number | undefined;
  readonly failuresInRow: number;
  /** Of the `failureRate` window: age in tenths of it, calls, failures. */
  readonly window: readonly [age: number, calls: number, failures: number][];
}

const natural = whole(0)[1];

/** What was saved comes back from disks and networks, so all of it is checked. */
export const snapshot: Rule = [
  'what toJSON() gave',
  (saved) => {
    if (!isObject(saved)) return false;
    return (
      (saved.state === 'closed' || saved.state === 'open') &&
      amount[1](saved.remainingMs) &&
      amount[1](saved.lastOpenMs ?? 0) &&
      natural(saved.openings) &&
      natural(saved.failuresInRow) &&
      Array.isArray(saved.window) &&
      saved.window.every(
        (slice) => Array.isArray(slice) && slice.length === 3 && slice.every(natural),
      )
    );
  },
];
