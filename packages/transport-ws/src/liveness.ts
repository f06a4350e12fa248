import { type Clock, unref } from './ports.js';
import type { Socket } from './socket.js';

export interface LivenessOptions {
  readonly clock: Clock;
  /** How often to ping; 0 never. */
  readonly pingIntervalMs: number;
  /** How long the peer may be silent after a ping. */
  readonly pongTimeoutMs: number;
}

/** Who is told. */
export interface LivenessHost {
  onDead(): void;
  onRoundTrip(rttMs: number): void;
}

/** A timer that comes this much later than asked for means that we slept, not that the peer did. */
export const LATE_MS = 1_000;

/**
 * Pings, and tells when the peer is gone. Any inbound byte is a sign of life. The verdict compares
 * what came in since the ping, not how often a timer fired; and when our own timer was late (a
 * suspended machine, a blocked event loop), the peer gets a second ping before it is given up,
 * because its answer may still lie unread in the kernel.
 */
export class Liveness {
  readonly #socket: Socket;
  readonly #options: LivenessOptions;
  readonly #host: LivenessHost;
  /** What is due when the timer fires. */
  #due: 'ping' | 'verdict' | 'last look' = 'ping';
  #timer: unknown;
  #pingedAt = 0;
  #readAtPing = 0;
  #secondChance = true;
  #awaitingPong = false;

  constructor(socket: Socket, options: LivenessOptions, host: LivenessHost) {
    this.#socket = socket;
    this.#options = options;
    this.#host = host;
    const { pingIntervalMs } = options;
    if (pingIntervalMs > 0 && socket.ping !== undefined) this.#schedule('ping', pingIntervalMs);
  }

  pong(): void {
    if (!this.#awaitingPong) return;
    this.#awaitingPong = false;
    this.#host.onRoundTrip(this.#options.clock.now() - this.#pingedAt);
  }

  stop(): void {
    this.#options.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #schedule(due: 'ping' | 'verdict' | 'last look', ms: number): void {
    this.#due = due;
    this.#timer = this.#options.clock.setTimeout(this.#onTimer, ms);
    unref(this.#timer);
  }

  // The one decision: what silence, and its end, mean.
  readonly #onTimer = (): void => {
    const { clock, pingIntervalMs, pongTimeoutMs } = this.#options;
    const elapsedMs = clock.now() - this.#pingedAt;
    if (this.#due === 'ping') {
      this.#ping();
    } else if (this.#socket.bytesRead > this.#readAtPing) {
      this.#secondChance = true;
      this.#schedule('ping', Math.max(0, pingIntervalMs - elapsedMs));
    } else if (this.#due === 'last look') {
      this.#host.onDead();
    } else if (this.#secondChance && elapsedMs > pongTimeoutMs + LATE_MS) {
      this.#secondChance = false;
      this.#ping();
    } else {
      // What arrived while this process was busy is read before the next timer fires.
      this.#schedule('last look', 0);
    }
  };

  #ping(): void {
    this.#readAtPing = this.#socket.bytesRead;
    this.#pingedAt = this.#options.clock.now();
    this.#awaitingPong = true;
    this.#socket.ping?.();
    this.#schedule('verdict', this.#options.pongTimeoutMs);
  }
}
