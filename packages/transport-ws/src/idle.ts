import { unref } from './clock.js';
import { LATE_MS } from './liveness.js';
import type { Clock } from './ports.js';
import type { Socket } from './socket.js';

/** Tells when nothing came in for `timeoutMs`: the only detector of a lost peer that browsers have. */
export class IdleWatch {
  readonly #socket: Pick<Socket, 'bytesRead'>;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #onIdle: () => void;
  #lastAt = 0;
  #bytesRead = 0;
  #dueAt = 0;
  #secondChance = true;
  #timer: unknown;

  constructor(
    socket: Pick<Socket, 'bytesRead'>,
    clock: Clock,
    timeoutMs: number,
    onIdle: () => void,
  ) {
    this.#socket = socket;
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#onIdle = onIdle;
    this.touch();
    this.#arm(timeoutMs);
  }

  /** Something came in. */
  touch(): void {
    this.#lastAt = this.#clock.now();
    this.#bytesRead = this.#socket.bytesRead;
    this.#secondChance = true;
  }

  stop(): void {
    this.#clock.clearTimeout(this.#timer);
  }

  // One timer for the whole connection: re-arming it at each message would cost more than looking
  // at the clock when it fires.
  #arm(ms: number): void {
    this.#dueAt = this.#clock.now() + ms;
    this.#timer = this.#clock.setTimeout(this.#look, ms);
    unref(this.#timer);
  }

  readonly #look = (): void => {
    // Pings, and parts of messages, are signs of life of which nobody told us.
    if (this.#socket.bytesRead !== this.#bytesRead) this.touch();
    const now = this.#clock.now();
    const left = this.#timeoutMs - (now - this.#lastAt);
    if (left > 0) {
      this.#arm(left);
    } else if (this.#secondChance && now - this.#dueAt > LATE_MS) {
      // We slept, or the tab was throttled: what came in meanwhile may not have been read yet.
      this.#secondChance = false;
      this.#arm(this.#timeoutMs);
    } else {
      this.#onIdle();
    }
  };
}
