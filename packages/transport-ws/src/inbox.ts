import { isNotification } from './message.js';
import type { JsonRpcMessage } from './ports.js';

/**
 * Hands messages over in order, and lets the handler of each notification start before the next
 * message is handed over.
 *
 * The official SDK starts notification handlers in a microtask but settles responses at once: of
 * several messages that share a TCP segment, a response would overtake the progress notifications
 * before it. One microtask after each notification is enough; the common case, a lone response, is
 * handed over synchronously.
 */
export class Inbox {
  readonly #deliver: (message: JsonRpcMessage) => void;
  // What one segment held behind a notification: bounded by what the socket reads at once.
  #waiting: JsonRpcMessage[] = [];
  #next = 0;
  /** A notification was handed over, and what is behind it has yet to be. */
  #yielding = false;
  #closed = false;

  constructor(deliver: (message: JsonRpcMessage) => void) {
    this.#deliver = deliver;
  }

  push(message: JsonRpcMessage): void {
    if (this.#yielding) this.#waiting.push(message);
    else this.#hand(message);
  }

  /** From here on nothing is handed over. */
  close(): void {
    this.#closed = true;
    this.#waiting = [];
  }

  #hand(message: JsonRpcMessage): void {
    if (this.#closed) return;
    if (!isNotification(message)) {
      this.#deliver(message);
      return;
    }
    this.#yielding = true;
    this.#deliver(message);
    // After the delivery, so that it comes behind the microtasks in which handlers start.
    queueMicrotask(() => this.#resume());
  }

  #resume(): void {
    // Stays set meanwhile, so that what a handler makes arrive queues up behind what waits.
    this.#yielding = true;
    while (this.#next < this.#waiting.length) {
      const message = this.#waiting[this.#next] as JsonRpcMessage;
      this.#next += 1;
      if (isNotification(message)) {
        this.#hand(message);
        return;
      }
      if (!this.#closed) this.#deliver(message);
    }
    this.#waiting = [];
    this.#next = 0;
    this.#yielding = false;
  }
}
