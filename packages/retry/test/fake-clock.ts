import type { Clock } from '../src/index.js';

/** Time that moves only when told to, and knows which timers are left. */
export class FakeClock implements Clock {
  readonly #timers = new Map<number, { at: number; fn: () => void }>();
  #now: number;
  #ids = 0;

  constructor(startsAt = 1_000) {
    this.#now = startsAt;
  }

  now = () => this.#now;

  setTimeout(fn: () => void, ms: number): number {
    const id = ++this.#ids;
    // As the real one: what does not fit in a signed 32-bit number fires at once.
    const real = ms > 2 ** 31 - 1 || Number.isNaN(ms) ? 1 : ms;
    this.#timers.set(id, { at: this.#now + real, fn });
    return id;
  }

  clearTimeout(handle: unknown): void {
    this.#timers.delete(handle as number);
  }

  get timers(): number {
    return this.#timers.size;
  }

  /** Moves time without firing anything: code that takes long. */
  skip(ms: number): void {
    this.#now += ms;
  }

  /** Moves time on, firing what falls due in order, with all that follows from it. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await turn();
    for (;;) {
      const [next] = [...this.#timers].sort(([, a], [, b]) => a.at - b.at);
      if (next === undefined || next[1].at > end) break;
      this.#timers.delete(next[0]);
      this.#now = Math.max(this.#now, next[1].at);
      next[1].fn();
      await turn();
    }
    this.#now = Math.max(this.#now, end);
    await turn();
  }

  /** Runs everything to its end, at most `limit` timers. */
  async run(limit = 10_000): Promise<void> {
    await turn();
    for (let fired = 0; this.#timers.size > 0 && fired < limit; fired++) {
      const next = Math.min(...[...this.#timers.values()].map(({ at }) => at));
      await this.advance(Math.max(0, next - this.#now));
    }
  }
}

/** Lets every promise that can settle do so. */
export const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
