import { Lru } from './lru.js';
import type { Clock, JsonObject } from './ports.js';

/** What lists each kind of change makes stale. */
const CHANGES: Readonly<Record<string, readonly string[]>> = {
  'notifications/tools/list_changed': ['tools/list'],
  'notifications/prompts/list_changed': ['prompts/list'],
  'notifications/resources/list_changed': ['resources/list', 'resources/templates/list'],
};

/** The lists that a notification says have changed. */
export const staleAfter = (notification: string): readonly string[] =>
  (Object.hasOwn(CHANGES, notification) && CHANGES[notification]) || [];

/** All lists that there are. */
export const LISTS = Object.values(CHANGES).flat();

const MAX_TTL_MS = 24 * 3_600_000;

interface Entry {
  readonly items: readonly JsonObject[];
  readonly storedAt: number;
  readonly ttlMs: number;
}

/** Lists by name, kept for as long as their server allows. */
export class ListCache {
  readonly #entries: Lru<Entry>;
  readonly #clock: Clock;

  constructor(clock: Clock, limit: number) {
    this.#clock = clock;
    this.#entries = new Lru(limit);
  }

  /** A list that is still fresh. With `maxAgeMs`, also one that the server would not have kept. */
  get(name: string, maxAgeMs = 0): readonly JsonObject[] | undefined {
    const entry = this.#entries.get(name);
    if (entry === undefined) return undefined;
    const ageMs = this.#clock.now() - entry.storedAt;
    return ageMs < Math.max(entry.ttlMs, maxAgeMs) ? entry.items : undefined;
  }

  put(name: string, items: readonly JsonObject[], ttlMs: number): void {
    const entry = { items, storedAt: this.#clock.now(), ttlMs: Math.min(ttlMs, MAX_TTL_MS) };
    this.#entries.set(name, entry);
  }

  delete(name: string): void {
    this.#entries.delete(name);
  }

  clear(): void {
    this.#entries.clear();
  }
}
