import type { Clock, Observer } from './ports.js';
import type { UnsafeUrlReason } from './reasons.js';

/** Which of the guard's functions decided. */
export type GuardMethod = 'inspect' | 'check' | 'lookup' | 'connect' | 'fetch';

interface Decision {
  /** From `clock.now()`, ms. */
  readonly at: number;
  readonly method: GuardMethod;
  /** Scheme, host and port of the URL, or host and port of the socket; nothing secret. */
  readonly target: string;
  /** The addresses that were decided on. Not there where only a URL was. */
  readonly addresses?: readonly string[];
}

export interface GuardAllowedEvent extends Decision {
  readonly type: 'guard.allowed';
}

export interface GuardDeniedEvent extends Decision {
  readonly type: 'guard.denied';
  readonly reason: UnsafeUrlReason;
  /** It was let pass nevertheless: the guard only reports. */
  readonly reportOnly: boolean;
}

export type GuardEvent = GuardAllowedEvent | GuardDeniedEvent;

type Untimed<Event> = Event extends GuardEvent ? Omit<Event, 'at'> : never;

/** Tells the observer. Call it as `emit?.(...)`: without an observer, the event is not even made. */
export type Emit = (event: Untimed<GuardEvent>) => void;

export function emitter(
  observer: Observer<GuardEvent> | undefined,
  clock: Pick<Clock, 'now'>,
): Emit | undefined {
  if (observer === undefined) return undefined;
  return (event) => {
    // An observer must not break what it observes, and one that is async rejects.
    try {
      const told: unknown = observer({ ...event, at: clock.now() });
      if (told instanceof Promise) told.catch(() => {});
    } catch {}
  };
}
