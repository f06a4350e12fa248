import { unref } from '../clock.js';
import type { Clock } from '../ports.js';

type Deadline = 'start' | 'age' | 'expiry' | 'slow' | 'drain' | 'goodbye' | 'end';

/** The timers of one connection, at most one of a name; none holds the process. */
export class Deadlines {
  readonly #clock: Clock;
  /** Most connections are idle and have none. */
  #timers: Map<Deadline, unknown> | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Does nothing while the one of this name runs. */
  set(name: Deadline, ms: number, onDue: () => void): void {
    if (this.#timers?.has(name)) return;
    const timer = this.#clock.setTimeout(() => {
      this.#forget(name);
      onDue();
    }, ms);
    unref(timer);
    this.#timers ??= new Map();
    this.#timers.set(name, timer);
  }

  cancel(name: Deadline): void {
    this.#clock.clearTimeout(this.#timers?.get(name));
    this.#forget(name);
  }

  clear(): void {
    for (const timer of this.#timers?.values() ?? []) this.#clock.clearTimeout(timer);
    this.#timers = undefined;
  }

  #forget(name: Deadline): void {
    this.#timers?.delete(name);
    if (this.#timers?.size === 0) this.#timers = undefined;
  }
}
