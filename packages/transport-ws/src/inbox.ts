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
    if (isNotification(message)) {
      this.#yielding = true;
      queueMicrotask(this.#resume);
    }
    this.#deliver(message);
  }

  readonly #resume = (): void => {
    this.#yielding = false;
    const waiting = this.#waiting;
    let next = 0;
    while (next < waiting.length && !this.#yielding) {
      this.#hand(waiting[next] as JsonRpcMessage);
      next += 1;
    }
    if (next > 0 && !this.#closed) this.#waiting = waiting.slice(next);
  };
}
