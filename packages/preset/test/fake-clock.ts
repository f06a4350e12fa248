import type { Clock } from '@x/client';

interface Timer {
  readonly id: number;
  readonly due: number;
  readonly fn: () => void;
}

/** A clock that stands still until it is told to go on. */
export class FakeClock implements Clock {
  #now = 1_000;
  #lastId = 0;
  readonly #timers = new Map<number, Timer>();

  now(): number {
    return this.#now;
  }

  setTimeout(fn: () => void, ms: number): number {
    const id = ++this.#lastId;
    this.#timers.set(id, { id, due: this.#now + ms, fn });
    return id;
  }

  clearTimeout(handle: unknown): void {
    this.#timers.delete(handle as number);
  }

  get timers(): number {
    return this.#timers.size;
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
    this.#now = end;
    await flush();
  }
}

/** Lets every promise that can settle do so. */
export async function flush(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
}

/** Lets time pass until the call has ended. */
export async function ended(clock: FakeClock, call: Promise<unknown>): Promise<void> {
  let waiting = true;
  void call.then(() => {
    waiting = false;
  });
  while (waiting) await clock.advance(500);
}
