import { startWatch } from './clock.js';
import type { Core } from './core.js';
import type { Emit } from './emit.js';

/** What the observer is told about one lease, from the call of `acquire` on. */
export interface Ticket {
  acquired(itemId: number, reused: boolean): void;
  failed(error: unknown): void;
  released(): void;
  /** Reports a lease that is held for too long. */
  leak(): void;
}

export function takeTicket<K, T>(core: Core<K, T>, emit: Emit, background: boolean): Ticket {
  const { clock, leases } = core;
  const stack = core.leakAfterMs && !background ? new Error().stack : undefined;
  const leaseId = ++core.lastId;
  let elapsed = startWatch(clock);
  let itemId = 0;
  const ticket: Ticket = {
    acquired(id, reused) {
      itemId = id;
      const waitMs = elapsed();
      elapsed = startWatch(clock);
      if (stack) leases.add(ticket);
      emit('acquired', { leaseId, background, itemId, waitMs, reused });
    },
    failed(error) {
      emit('acquire.failed', { leaseId, background, waitMs: elapsed(), error });
    },
    released() {
      leases.delete(ticket);
      emit('released', { leaseId, background, itemId, heldMs: elapsed() });
    },
    leak() {
      const heldMs = elapsed();
      if (!stack || heldMs < core.leakAfterMs) return;
      leases.delete(ticket);
      emit('leak', { leaseId, background, itemId, heldMs, stack });
    },
  };
  emit('acquire', { leaseId, background });
  return ticket;
}
