import type { Clock } from '../src/ports.js';

/** Time that moves when told. */
export class FakeClock implements Clock {
  #now = 0;

  now(): number {
    return this.#now;
  }

  advance(ms: number): void {
    this.#now += ms;
  }
}
