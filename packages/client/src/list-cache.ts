import { Lru } from './lru.js';
import type { Clock, JsonObject } from './ports.js';

/** What lists each kind of change makes stale. */
const CHANGES: Readonly<Record<string, readonly string[]>> = {
  'notifications/tools/list_changed': ['tools/list'],
  'notifications/prompts/list_changed': ['prompts/list'],
  'notifications/resources/list_changed': ['resources/list', 'resources/templates/list'],
};

const LISTS = Object.values(CHANGES).flat();

const MAX_TTL_MS = 24 * 3_600_000;

interface Entry {
  readonly items: readonly JsonObject[];
  readonly storedAt: number;
  readonly ttlMs: number;
}

/** Lists by endpoint and scope, kept for as long as their server allows and no change is told. */
export class ListCache {
  readonly #entries: Lru<Entry>;
  readonly #clock: Clock;
  #changes = 0;

  constructor(clock: Clock, limit: number) {
    this.#clock = clock;
    this.#entries = new Lru(limit);
  }

  /** To be given to {@link put}: what was fetched before a change is not kept after it. */
  get changes(): number {
    return this.#changes;
  }

  /** A list that is still fresh. With `maxAgeMs`, also one that the server would not have kept. */
  get(key: string, method: string, maxAgeMs = 0): readonly JsonObject[] | undefined {
    const entry = this.#entries.get(nameOf(key, method));
    if (entry === undefined) return undefined;
    const ageMs = this.#clock.now() - entry.storedAt;
    return ageMs < Math.max(entry.ttlMs, maxAgeMs) ? entry.items : undefined;
  }

  put(
    key: string,
    method: string,
    list: { readonly items: readonly JsonObject[]; readonly ttlMs: number },
    changes: number,
  ): void {
    if (changes !== this.#changes) return;
    const ttlMs = Math.min(list.ttlMs, MAX_TTL_MS);
    this.#entries.set(nameOf(key, method), {
      items: list.items,
      storedAt: this.#clock.now(),
      ttlMs,
    });
  }

  /** Forgets what a notification says has changed. */
  changed(key: string, notification: string): void {
    const stale = Object.hasOwn(CHANGES, notification) ? CHANGES[notification] : undefined;
    if (stale !== undefined) this.#forget(key, stale);
  }

  evict(key: string): void {
    this.#forget(key, LISTS);
  }

  clear(): void {
    this.#changes++;
    this.#entries.clear();
  }

  #forget(key: string, methods: readonly string[]): void {
    this.#changes++;
    for (const method of methods) this.#entries.delete(nameOf(key, method));
  }
}

const nameOf = (key: string, method: string) => `${method} ${key}`;
