import { startWatch } from './clock.js';
import type { Core } from './core.js';

/** What the observer is told about one lease, from the call of `acquire` on. */
export interface Ticket {
  given(itemId: number, reused: boolean): void;
  refused(error: unknown): void;
  ended(): void;
  /** Reports a lease that is held for too long. Returns whether it is. */
  leaks(): boolean;
}

export function takeTicket<K, T>(
  core: Core<K, T>,
  key: string,
  background: boolean,
): Ticket | undefined {
  const { clock, emit, leakAfterMs, leased } = core;
  if (!emit) return;
  const stack = leakAfterMs && !background ? new Error().stack : undefined;
  const about = { leaseId: ++core.lastId, background };
  let elapsed = startWatch(clock);
  let itemId = 0;
  const ticket: Ticket = {
    given(id, reused) {
      itemId = id;
      const waitMs = elapsed();
      elapsed = startWatch(clock);
      if (stack) leased.add(ticket);
      emit('pool.acquired', key, { ...about, itemId, waitMs, reused });
    },
    refused(error) {
      emit('pool.acquire.failed', key, { ...about, waitMs: elapsed(), error });
    },
    ended() {
      leased.delete(ticket);
      emit('pool.released', key, { ...about, itemId, heldMs: elapsed() });
    },
    leaks() {
      const heldMs = elapsed();
      if (!stack || heldMs < leakAfterMs) return false;
      leased.delete(ticket);
      emit('pool.leak', key, { ...about, itemId, heldMs, stack });
      return true;
    },
  };
  emit('pool.acquire', key, about);
  return ticket;
}
