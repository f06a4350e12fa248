import type { Refusal } from './refuse.js';

/** Counts connections, those that are still being authenticated among them. */
export class Admission {
  readonly #max: number;
  readonly #maxPerClient: number;
  readonly #byClient = new Map<string, number>();
  #count = 0;

  constructor(max: number, maxPerClient: number) {
    this.#max = max;
    this.#maxPerClient = maxPerClient;
  }

  /** Takes a place for a client, or says why there is none. Whoever got one leaves it once. */
  enter(client: string): Refusal | undefined {
    if (this.#count >= this.#max) return { status: 503, reason: 'connections' };
    const ofClient = this.#byClient.get(client) ?? 0;
    if (this.#maxPerClient > 0 && ofClient >= this.#maxPerClient) {
      return { status: 429, reason: 'connections-per-ip' };
    }
    this.#count += 1;
    this.#byClient.set(client, ofClient + 1);
    return undefined;
  }

  leave(client: string): void {
    this.#count -= 1;
    const remaining = (this.#byClient.get(client) ?? 1) - 1;
    if (remaining === 0) this.#byClient.delete(client);
    else this.#byClient.set(client, remaining);
  }
}
