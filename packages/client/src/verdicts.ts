import { Lru } from './lru.js';
import type { Clock, Verdict } from './ports.js';

/** Remembers, per endpoint and scope, which era its server speaks. */
export class Verdicts {
  readonly #known = new Lru<{ readonly verdict: Verdict; readonly until: number }>(1_000);
  readonly #clock: Clock;
  readonly #ttlMs: Readonly<Record<Verdict['kind'], number>>;

  constructor(clock: Clock, ttlMs: Readonly<Record<Verdict['kind'], number>>) {
    this.#clock = clock;
    this.#ttlMs = ttlMs;
  }

  recall(key: string): Verdict | undefined {
    const known = this.#known.get(key);
    if (known === undefined || this.#clock.now() < known.until) return known?.verdict;
    this.#known.delete(key);
    return undefined;
  }

  forget(key?: string): void {
    if (key === undefined) this.#known.clear();
    else this.#known.delete(key);
  }

  remember(key: string, verdict: Verdict | undefined): void {
    if (verdict === undefined) this.forget(key);
    else {
      const until = this.#clock.now() + this.#ttlMs[verdict.kind];
      this.#known.set(key, { verdict, until });
    }
  }
}
