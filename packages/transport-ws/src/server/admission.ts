import type { Refusal } from './refuse.js';

/** Counts connections, those that are still being authenticated among them. */
export class Admission {
  readonly #max: number;
  readonly #maxPerIp: number;
  readonly #byIp = new Map<string, number>();
  #count = 0;

  constructor(max: number, maxPerIp: number) {
    this.#max = max;
    this.#maxPerIp = maxPerIp;
  }

  /** Takes a place for a client, or says why there is none. Whoever got one leaves it once. */
  enter(ip: string): Refusal | undefined {
    if (this.#count >= this.#max) return { status: 503, reason: 'connections' };
    const ofIp = this.#byIp.get(ip) ?? 0;
    if (this.#maxPerIp > 0 && ofIp >= this.#maxPerIp) {
      return { status: 429, reason: 'connections-per-ip' };
    }
    this.#count += 1;
    this.#byIp.set(ip, ofIp + 1);
    return undefined;
  }

  leave(ip: string): void {
    this.#count -= 1;
    const remaining = (this.#byIp.get(ip) ?? 1) - 1;
    if (remaining === 0) this.#byIp.delete(ip);
    else this.#byIp.set(ip, remaining);
  }
}
