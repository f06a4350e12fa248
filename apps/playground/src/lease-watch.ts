import type { StackEvent } from './stack.js';

/** Whether a call had a connection that was there already; `–` where that cannot be told. */
export type Lease = 'hit' | 'miss' | '–';

/**
 * Tells of a call whether the pool had a connection for it. The pool's events do not name the call,
 * so only of one that ran alone can it be told.
 */
export function leaseWatch() {
  const running = new Set<{ lease: Lease; alone: boolean }>();
  return {
    observe(event: StackEvent): void {
      if (event.type !== 'pool.acquired') return;
      const { reused } = event as StackEvent & { readonly reused?: boolean };
      for (const call of running) call.lease = reused === true ? 'hit' : 'miss';
    },
    begin() {
      const call = { lease: '–' as Lease, alone: running.size === 0 };
      for (const other of running) other.alone = false;
      running.add(call);
      return {
        end(): Lease {
          running.delete(call);
          return call.alone ? call.lease : '–';
        },
      };
    },
  };
}
