import type { Clock } from './ports.js';

export interface Timed {
  readonly id: number;
  /** When it is due, on the clock; `Infinity` for never. */
  readonly deadline: number;
  onDeadline(): void;
}

export interface Deadlines {
  /** To be called when an entry comes in, or its deadline moves forward. */
  watch(entry: Timed): void;
  stop(): void;
}

/** Longer timers fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * All deadlines of a session on one timer. It is set for the earliest one; what ends before its
 * deadline touches no timer, and a deadline may move back at will: it is looked at when the timer
 * fires. The timer keeps no process alive, the connection does.
 */
export function watchDeadlines(
  clock: Clock,
  entries: {
    get(id: number): Timed | undefined;
    all(): readonly Timed[];
  },
): Deadlines {
  let timer: unknown;
  let wakesAt = Infinity;

  const stop = () => {
    clock.clearTimeout(timer);
    wakesAt = Infinity;
  };
  const watch = ({ deadline }: Pick<Timed, 'deadline'>) => {
    if (deadline >= wakesAt) return;
    stop();
    wakesAt = deadline;
    const ms = Math.max(deadline - clock.now(), 0);
    timer = clock.setTimeout(wake, Math.min(ms, LONGEST_TIMER_MS));
    (timer as { unref?(): void }).unref?.();
  };
  const wake = () => {
    stop();
    const now = clock.now();
    // A copy, because one that is due may be filed anew, and end others.
    for (const entry of entries.all()) {
      if (entry.deadline > now) watch(entry);
      else if (entries.get(entry.id) === entry) entry.onDeadline();
    }
  };
  return { watch, stop };
}
