import type { StackEvent } from './stack.js';

/** Remembers whether the last lease was of a connection that was there already. */
export function lastLease() {
  let pool: 'hit' | 'miss' = 'miss';
  return {
    observe(event: StackEvent): void {
      if (event.type !== 'pool.acquired') return;
      pool = (event as StackEvent & { reused?: boolean }).reused === true ? 'hit' : 'miss';
    },
    get pool() {
      return pool;
    },
  };
}
