import { holdProcess } from './clock.js';
import type { Core } from './core.js';
import type { Item } from './item.js';

/** The one timer for what just lies there: idle, aged and stale items, and leaked leases. */
export class Sweep<K, T> {
  readonly #core: Core<K, T>;
  readonly #periodMs: number;
  #timer: unknown;

  constructor(core: Core<K, T>) {
    const { cleanupIntervalMs, leakAfterMs } = core.settings;
    this.#core = core;
    this.#periodMs = leakAfterMs > 0 ? Math.min(cleanupIntervalMs, leakAfterMs) : cleanupIntervalMs;
  }

  start(): void {
    if (this.#timer !== undefined || this.#core.isClosed()) return;
    this.#timer = this.#core.settings.clock.setTimeout(() => this.#run(), this.#periodMs);
    holdProcess(this.#timer, false);
  }

  stop(): void {
    if (this.#timer !== undefined) this.#core.settings.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #run(): void {
    this.#timer = undefined;
    const now = this.#core.settings.clock.now();
    for (const home of this.#core.partitions.values()) {
      for (const item of home.items) if (item.state === 'live') this.#look(item, now);
      this.#core.settle(home, true);
    }
    this.#reportLeaks(now);
    if (!this.#core.isEmpty()) this.start();
  }

  #look(item: Item<K, T>, now: number): void {
    const { maxIdleMs, minIdle, validateAfterIdleMs, factory } = this.#core.settings;
    const spare = !item.held && item.home.idle > minIdle;
    if (now >= item.expiresAt || (spare && now >= item.renewAt)) {
      void this.#core.retire(item, 'lifetime');
    } else if (now >= item.renewAt) {
      item.home.worn.add(item);
    } else if (spare && maxIdleMs > 0 && now - item.idleAt >= maxIdleMs) {
      void this.#core.retire(item, 'idle');
    } else if (factory.validate && !item.held && now - item.freshAt >= validateAfterIdleMs) {
      if (!item.checking) this.#core.check(item);
    }
  }

  #reportLeaks(now: number): void {
    const { leased, settings } = this.#core;
    for (const ticket of leased) {
      const heldMs = now - ticket.since;
      if (heldMs < settings.leakAfterMs) break;
      leased.delete(ticket);
      const { item, stack } = ticket;
      if (item === undefined || stack === undefined) continue;
      this.#core.emit?.('pool.leak', item.home, {
        leaseId: ticket.id,
        background: ticket.background,
        itemId: item.id,
        heldMs,
        stack,
      });
    }
  }
}
