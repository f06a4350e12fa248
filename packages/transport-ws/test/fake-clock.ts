import type { Clock } from '../src/index.js';

/** Time that moves only when told to. */
export class FakeClock implements Clock {
  readonly #timers = new Map<number, { readonly at: number; readonly callback: () => void }>();
  #now = 1_000;
  #ids = 0;

  now = () => this.#now;

  setTimeout(callback: () => void, ms: number): number {
    this.#ids += 1;
    // As the real one: never in this very turn.
    this.#timers.set(this.#ids, { at: this.#now + Math.max(1, ms), callback });
    return this.#ids;
  }

  clearTimeout(handle: unknown): void {
    this.#timers.delete(handle as number);
  }

  /** How many timers wait. */
  get timers(): number {
    return this.#timers.size;
  }

  /** Moves time on without firing anything: a suspended machine, a blocked event loop. */
  sleep(ms: number): void {
    this.#now += ms;
  }

  /** Moves time on, firing what falls due in order, as one tick: nothing is read meanwhile. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const [next] = [...this.#timers].sort(([, a], [, b]) => a.at - b.at);
      if (next === undefined || next[1].at > end) break;
      this.#timers.delete(next[0]);
      this.#now = Math.max(this.#now, next[1].at);
      next[1].callback();
    }
    this.#now = Math.max(this.#now, end);
  }
}
