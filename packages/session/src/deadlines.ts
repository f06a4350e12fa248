import type { Clock } from './ports.js';

export interface Timed {
  /** When it is due, on the clock; `Infinity` for never. */
  readonly deadline: number;
  onDeadline(): void;
}

export interface Deadlines {
  /** To be called when an entry comes in, or its deadline moves forward. */
  watch(entry: Timed): void;
  /** Whether there is anything to wait for; without, the timer does not keep a process alive. */
  hold(busy: boolean): void;
  stop(): void;
}

/** Longer timers fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * All deadlines of a session on one timer. It is set for the earliest one; what ends before its
 * deadline touches no timer, and a deadline may move back at will: it is looked at when the timer
 * fires.
 */
export function watchDeadlines(clock: Clock, entries: Iterable<Timed>): Deadlines {
  let timer: unknown;
  let wakesAt = Infinity;

  const stop = () => {
    clock.clearTimeout(timer);
    timer = undefined;
    wakesAt = Infinity;
  };
  const wakeAt = (time: number) => {
    stop();
    wakesAt = time;
    const ms = Math.max(time - clock.now(), 0);
    timer = clock.setTimeout(wake, Math.min(ms, LONGEST_TIMER_MS));
  };
  const wake = () => {
    stop();
    const now = clock.now();
    const due: Timed[] = [];
    let next = Infinity;
    for (const entry of entries) {
      if (entry.deadline <= now) due.push(entry);
      else if (entry.deadline < next) next = entry.deadline;
    }
    if (next < Infinity) wakeAt(next);
    for (const entry of due) entry.onDeadline();
  };
  return {
    watch({ deadline }) {
      if (deadline < wakesAt) wakeAt(deadline);
    },
    hold(busy) {
      (timer as { [call: string]: (() => void) | undefined } | undefined)?.[
        busy ? 'ref' : 'unref'
      ]?.();
    },
    stop,
  };
}
