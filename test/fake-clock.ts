interface Timer {
  readonly id: number;
  readonly due: number;
  readonly fn: () => void;
}

/** A clock that stands still until it is told to go on; it fits every package's clock port. */
export class FakeClock {
  #now: number;
  #lastId = 0;
  readonly #timers = new Map<number, Timer>();

  constructor(startsAt = 1_000) {
    this.#now = startsAt;
  }

  now(): number {
    return this.#now;
  }

  setTimeout(fn: () => void, ms: number): number {
    const id = ++this.#lastId;
    // As the real one: what does not fit in a signed 32-bit number fires at once.
    const real = ms > 2 ** 31 - 1 || Number.isNaN(ms) ? 1 : ms;
    this.#timers.set(id, { id, due: this.#now + real, fn });
    return id;
  }

  clearTimeout(handle: unknown): void {
    this.#timers.delete(handle as number);
  }

  get timers(): number {
    return this.#timers.size;
  }

  /** The time until the next timer is due; `Infinity` if there is none. */
  get untilNext(): number {
    const dues = [...this.#timers.values()].map(({ due }) => due);
    return Math.max(0, Math.min(...dues) - this.#now);
  }

  /** Lets time pass, firing what falls due on the way, in order, with everything settled between. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      let next: Timer | undefined;
      for (const timer of this.#timers.values()) {
        if (timer.due <= end && (next === undefined || timer.due < next.due)) next = timer;
      }
      if (next === undefined) break;
      this.#now = Math.max(this.#now, next.due);
      this.#timers.delete(next.id);
      next.fn();
      await flush();
    }
    this.#now = Math.max(this.#now, end);
    await flush();
  }

  /** Time passes and nothing fires: code that takes long. */
  skip(ms: number): void {
    this.#now += ms;
  }

  /** The laptop slept: time is gone, and what fell due fires only now. */
  async jump(ms: number): Promise<void> {
    this.skip(ms);
    await this.advance(0);
  }
}

/** Lets every promise that can settle do so. */
export async function flush(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
}
