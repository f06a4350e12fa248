import { unref } from './clock.js';
import type { Clock } from './ports.js';
import type { Socket } from './socket.js';

/** How long the peer has to answer a close frame before the connection is dropped. */
const CLOSE_GRACE_MS = 2_000;

export interface FarewellOptions {
  readonly clock: Clock;
  /** How long the peer may take nothing while something waits to be sent to it. */
  readonly patienceMs: number;
  /** Whether something waited to be sent before the close frame did. */
  readonly waiting: boolean;
}

/**
 * Waits for a peer to answer our close frame, which leaves behind all that was sent before it. As
 * long as the peer takes some of that, the connection is slow and not dead. Kernels ask for more
 * only once a good part of a buffer of megabytes is free, so progress comes in steps of seconds.
 */
export class Farewell {
  readonly #socket: Socket;
  readonly #options: FarewellOptions;
  readonly #onGivenUp: () => void;
  #patienceMs = CLOSE_GRACE_MS;
  #waiting: boolean;
  #taken: number;
  /** When the peer was last seen to take something, or to have all. */
  #since: number;
  #timer: unknown;

  constructor(socket: Socket, options: FarewellOptions, onGivenUp: () => void) {
    this.#socket = socket;
    this.#options = options;
    this.#onGivenUp = onGivenUp;
    this.#waiting = options.waiting;
    this.#taken = socket.bytesTaken;
    this.#since = options.clock.now();
    this.#arm(CLOSE_GRACE_MS);
  }

  stop(): void {
    this.#options.clock.clearTimeout(this.#timer);
  }

  #arm(ms: number): void {
    this.#timer = this.#options.clock.setTimeout(this.#look, Math.min(ms, CLOSE_GRACE_MS));
    unref(this.#timer);
  }

  readonly #look = (): void => {
    const { bufferedAmount, bytesTaken } = this.#socket;
    const now = this.#options.clock.now();
    if (this.#waiting && bytesTaken !== this.#taken) this.#since = now;
    this.#taken = bytesTaken;
    this.#waiting = bufferedAmount > 0;
    // From here on the link is known to be slow, what is in the kernel's buffer included.
    if (this.#waiting) this.#patienceMs = Math.max(CLOSE_GRACE_MS, this.#options.patienceMs);
    const leftMs = this.#since + this.#patienceMs - now;
    if (leftMs > 0) this.#arm(leftMs);
    else this.#onGivenUp();
  };
}
