import type { AcceptedSocket } from './accepted-socket.js';
import { allRead } from './all-read.js';
import type { Deadlines } from './deadlines.js';

/** How long `ondrain` has to say goodbye. */
const GOODBYE_MS = 2_000;

/** What a drain needs of its connection. */
export interface Drainable {
  readonly bufferedAmount: number;
  readonly closed: Promise<unknown>;
  onTrouble(error: unknown): void;
}

/** The way from "no more requests" to the close frame: everything answered, said and delivered. */
export class Drain {
  readonly #connection: Drainable;
  readonly #socket: AcceptedSocket;
  readonly #deadlines: Deadlines;
  /** Ends the goodbye, while it is being said. */
  #endGoodbye: (() => void) | undefined;

  constructor(connection: Drainable, socket: AcceptedSocket, deadlines: Deadlines) {
    this.#connection = connection;
    this.#socket = socket;
    this.#deadlines = deadlines;
  }

  /** Resolves when the connection may be closed, or is. Never rejects. */
  async run(
    timeoutMs: number,
    answered: Promise<void> | undefined,
    sayGoodbye: () => unknown,
  ): Promise<void> {
    const late = this.#due('drain', timeoutMs);
    if (answered !== undefined) await this.#first(answered, late);
    await this.#delivered(late);
    await this.#first(this.#goodbye(sayGoodbye), this.#due('goodbye', GOODBYE_MS));
    this.#endGoodbye = undefined;
    await this.#delivered(late);
  }

  /** Ends the goodbye, and says whether there was one to end. */
  leave(): boolean {
    this.#endGoodbye?.();
    return this.#endGoodbye !== undefined;
  }

  /** A close cuts off what a slow client has not read yet: that gets the time that requests get. */
  async #delivered(late: Promise<void>): Promise<void> {
    while (this.#connection.bufferedAmount > 0) {
      if (!(await this.#first(allRead(this.#socket), late))) return;
      // What has been sent in this tick, a refusal for example, leaves at its end.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async #goodbye(sayGoodbye: () => unknown): Promise<void> {
    const left = new Promise<void>((resolve) => {
      this.#endGoodbye = resolve;
    });
    try {
      await Promise.race([sayGoodbye(), left]);
    } catch (error) {
      this.#connection.onTrouble(error);
    }
  }

  #due(name: 'drain' | 'goodbye', ms: number): Promise<void> {
    return new Promise((resolve) => this.#deadlines.set(name, ms, resolve));
  }

  /** Waits for something that may never come, but no longer than the connection lasts; whether it came. */
  #first(done: Promise<void>, late: Promise<void>): Promise<boolean> {
    const given = Promise.race([late, this.#connection.closed]);
    return Promise.race([done.then(() => true), given.then(() => false)]);
  }
}
