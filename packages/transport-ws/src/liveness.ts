import { type Clock, unref } from './ports.js';
import type { Socket } from './socket.js';

export interface LivenessOptions {
  readonly clock: Clock;
  /** How often to ping; 0 never. */
  readonly pingIntervalMs: number;
  /** How long the peer may be silent after a ping. */
  readonly pongTimeoutMs: number;
  onDead(): void;
  /** Set when somebody wants to know. */
  onRoundTrip?(rttMs: number): void;
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
  #timer: unknown;
  #pingedAt = 0;
  #readAtPing = 0;
  #secondChance = true;
  #awaitingPong = false;

  constructor(socket: Socket, options: LivenessOptions) {
    this.#socket = socket;
    this.#options = options;
    const { pingIntervalMs } = options;
    if (pingIntervalMs > 0 && socket.ping !== undefined) this.#schedule(this.#ping, pingIntervalMs);
  }

  pong(): void {
    if (!this.#awaitingPong) return;
    this.#awaitingPong = false;
    const { clock, onRoundTrip } = this.#options;
    onRoundTrip?.(clock.now() - this.#pingedAt);
  }

  stop(): void {
    this.#options.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #schedule(step: () => void, ms: number): void {
    this.#timer = this.#options.clock.setTimeout(step, ms);
    unref(this.#timer);
  }

  readonly #ping = (): void => {
    this.#readAtPing = this.#socket.bytesRead;
    this.#pingedAt = this.#options.clock.now();
    this.#awaitingPong = true;
    this.#socket.ping?.();
    this.#schedule(this.#judge, this.#options.pongTimeoutMs);
  };

  readonly #judge = (): void => {
    if (this.#showsLife()) return;
    const { clock, pongTimeoutMs } = this.#options;
    const late = clock.now() - this.#pingedAt > pongTimeoutMs + LATE_MS;
    if (late && this.#secondChance) {
      this.#secondChance = false;
      this.#ping();
      return;
    }
    // What arrived while this process was busy is read before the next timer fires.
    this.#schedule(this.#lastLook, 0);
  };

  readonly #lastLook = (): void => {
    if (!this.#showsLife()) this.#options.onDead();
  };

  #showsLife(): boolean {
    if (this.#socket.bytesRead <= this.#readAtPing) return false;
    const { clock, pingIntervalMs } = this.#options;
    this.#secondChance = true;
    this.#schedule(this.#ping, Math.max(0, pingIntervalMs - (clock.now() - this.#pingedAt)));
    return true;
  }
}
