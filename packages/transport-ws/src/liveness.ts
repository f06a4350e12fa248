import { unref } from './clock.js';
import type { Clock } from './ports.js';

export interface LivenessOptions {
  readonly clock: Clock;
  /** How often to ping; 0 never. */
  readonly pingIntervalMs: number;
  /** How long the peer may be silent after a ping. */
  readonly pongTimeoutMs: number;
}

/** A socket that can ping. */
export interface Pingable {
  readonly bufferedAmount: number;
  /** Grows with every byte, or at least with every frame, that came in. */
  readonly bytesRead: number;
  /** Grows with every byte that was accepted. */
  readonly bytesSent: number;
  /** Changes when the kernel takes some of what waits. */
  readonly bytesTaken: number;
  ping(): void;
}

/** Who is told. */
export interface LivenessHost {
  onDead(): void;
  onRoundTrip(rttMs: number): void;
}

/** A timer that comes this much later than asked for means that we slept, not that the peer did. */
export const LATE_MS = 1_000;

/**
 * Of what is in the kernel nobody tells how far it is. A ping behind it has a slow link's time:
 * that of as much as kernels buffer, at 2 Mbit/s.
 */
const KERNEL_BUFFER_BYTES = 4 * 1024 * 1024;
const SLOW_LINK_BYTES_PER_SECOND = 256 * 1024;

/**
 * Pings, and tells when the peer is gone. Any inbound byte is a sign of life, and so is that the
 * peer takes what was sent before the ping. The verdict compares what moved since the ping, not how
 * often a timer fired; and when our own timer was late (a suspended machine, a blocked event loop),
 * the peer gets a second ping before it is given up, because its answer may still lie unread in the
 * kernel.
 */
export class Liveness {
  readonly #socket: Pingable;
  readonly #options: LivenessOptions;
  readonly #host: LivenessHost;
  /** What is due when the timer fires, and when that should be. */
  #due: 'ping' | 'verdict' | 'last look' = 'ping';
  #dueAt = 0;
  #timer: unknown;
  #pingedAt = 0;
  #readAtPing = 0;
  #sentAtPing: number;
  /** What the peer has shown to have, by answering a ping behind it. */
  #answered: number;
  /** Whether something waited to be sent when the verdict was put off, and how far it was. */
  #waiting = false;
  #taken = 0;
  #secondChance = true;
  #awaitingPong = false;

  constructor(socket: Pingable, options: LivenessOptions, host: LivenessHost) {
    this.#socket = socket;
    this.#options = options;
    this.#host = host;
    this.#sentAtPing = this.#answered = socket.bytesSent;
    const { pingIntervalMs } = options;
    if (pingIntervalMs > 0) this.#schedule('ping', pingIntervalMs);
  }

  pong(): void {
    if (!this.#awaitingPong) return;
    this.#awaitingPong = false;
    this.#answered = this.#sentAtPing;
    this.#host.onRoundTrip(this.#options.clock.now() - this.#pingedAt);
  }

  stop(): void {
    this.#options.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #schedule(due: 'ping' | 'verdict' | 'last look', ms: number): void {
    const { clock } = this.#options;
    this.#due = due;
    this.#dueAt = clock.now() + ms;
    this.#timer = clock.setTimeout(this.#onTimer, ms);
    unref(this.#timer);
  }

  // The one decision: what silence, and its end, mean.
  readonly #onTimer = (): void => {
    const { clock, pingIntervalMs } = this.#options;
    if (this.#due === 'ping') {
      this.#ping();
    } else if (this.#socket.bytesRead > this.#readAtPing) {
      this.#secondChance = true;
      this.#schedule('ping', Math.max(0, this.#pingedAt + pingIntervalMs - clock.now()));
    } else if (this.#waiting && this.#socket.bytesTaken !== this.#taken) {
      this.#awaitPong();
    } else if (this.#due === 'last look') {
      this.#host.onDead();
    } else if (this.#secondChance && clock.now() - this.#dueAt > LATE_MS) {
      this.#secondChance = false;
      this.#ping();
    } else {
      // What arrived while this process was busy is read before the next timer fires.
      this.#schedule('last look', 0);
    }
  };

  #ping(): void {
    const { bytesRead, bytesSent } = this.#socket;
    this.#readAtPing = bytesRead;
    this.#sentAtPing = bytesSent;
    this.#pingedAt = this.#options.clock.now();
    this.#awaitingPong = true;
    this.#awaitPong();
    this.#socket.ping();
  }

  #awaitPong(): void {
    this.#waiting = this.#socket.bufferedAmount > 0;
    this.#taken = this.#socket.bytesTaken;
    const ahead = this.#waiting
      ? 0
      : Math.min(this.#sentAtPing - this.#answered, KERNEL_BUFFER_BYTES);
    const wayMs = Math.floor(ahead / SLOW_LINK_BYTES_PER_SECOND) * 1_000;
    this.#schedule('verdict', this.#options.pongTimeoutMs + wayMs);
  }
}
