import { guarded } from './guarded.js';
import type { Observer } from './ports.js';

/** Calls an observer that may throw or reject; a broken observer must not break a connection. */
export function emit<Event>(observer: Observer<Event>, event: Event): void {
  guarded(
    () => observer(event),
    () => {},
  );
}
