import { type Clock, unref } from './ports.js';

/** Tells when nothing came in for `timeoutMs`: the only detector of a lost peer that browsers have. */
export class IdleWatch {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #onIdle: () => void;
  #lastAt: number;
  #timer: unknown;

  constructor(clock: Clock, timeoutMs: number, onIdle: () => void) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#onIdle = onIdle;
    this.#lastAt = clock.now();
    this.#arm(timeoutMs);
  }

  touch(): void {
    this.#lastAt = this.#clock.now();
  }

  stop(): void {
    this.#clock.clearTimeout(this.#timer);
  }

  // One timer for the whole connection: re-arming it at each message would cost more than looking
  // at the clock when it fires.
  #arm(ms: number): void {
    this.#timer = this.#clock.setTimeout(() => {
      const left = this.#timeoutMs - (this.#clock.now() - this.#lastAt);
      if (left > 0) this.#arm(left);
      else this.#onIdle();
    }, ms);
    unref(this.#timer);
  }
}
