import type { Clock } from '../src/index.js';

/** A clock that stands still until it is told to go on. */
export class FakeClock implements Clock {
  #now = 1_000;
  #lastId = 0;
  readonly #timers = new Map<number, { readonly due: number; readonly fn: () => void }>();

  now(): number {
    return this.#now;
  }

  setTimeout(fn: () => void, ms: number): number {
    this.#timers.set(++this.#lastId, { due: this.#now + ms, fn });
    return this.#lastId;
  }

  clearTimeout(handle: unknown): void {
    this.#timers.delete(Number(handle));
  }

  get timers(): number {
    return this.#timers.size;
  }

  advance(ms: number): void {
    this.#now += ms;
    for (const [id, { due, fn }] of this.#timers) {
      if (due > this.#now) continue;
      this.#timers.delete(id);
      fn();
    }
  }
}
