import type { Deadlines } from './deadlines.js';

interface SlowConsumerOptions {
  /** What may wait to be sent. */
  readonly maxBufferedBytes: number;
  /** How long more may want to. */
  readonly slowConsumerTimeoutMs: number;
  bufferedAmount(): number;
  giveUp(): void;
}

/** Decides when a client that does not read is given up. */
export class SlowConsumer {
  readonly #deadlines: Deadlines;
  readonly #options: SlowConsumerOptions;

  constructor(deadlines: Deadlines, options: SlowConsumerOptions) {
    this.#deadlines = deadlines;
    this.#options = options;
  }

  /** A message found no room. Whoever waits for an answer that is lost must learn it now. */
  overflowed(somebodyWaits: boolean): void {
    const { slowConsumerTimeoutMs, giveUp } = this.#options;
    if (somebodyWaits) giveUp();
    else this.#deadlines.set('slow', slowConsumerTimeoutMs, () => this.#judge());
  }

  /** One that has read half of it since is only slow. */
  #judge(): void {
    const { bufferedAmount, maxBufferedBytes, giveUp } = this.#options;
    if (bufferedAmount() > maxBufferedBytes / 2) giveUp();
  }
}
