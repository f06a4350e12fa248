import { begin, invoke, orAborted, passOn, waitIn } from './call.js';
import { BulkheadFullError } from './errors.js';
import { checkOptions, count } from './options.js';
import type { Policy } from './ports.js';

export interface BulkheadOptions {
  /**
   * Calls that may run at the same time.
   * @default 10
   */
  readonly limit?: number;
  /**
   * Calls that may wait for their turn.
   * @default 0
   */
  readonly queue?: number;
}

export interface Bulkhead extends Policy {
  /** Calls that run. */
  readonly active: number;
  /** Calls that wait. */
  readonly queued: number;
  readonly busy: boolean;
}

/**
 * Runs at most `limit` calls at a time; others wait in order, and are refused with
 * `BulkheadFullError` when the queue is full.
 *
 * A call that ignores its abort keeps its place until it really ends, although its caller is told
 * at once.
 * @throws ConfigError for a wrong option.
 */
export function bulkhead(options: BulkheadOptions = {}): Bulkhead {
  checkOptions('bulkhead', options, { limit: count(1), queue: count(0) });
  const { limit = 10, queue = 0 } = options;
  let active = 0;
  const queued = new Set<() => void>();

  // The place is handed on, never freed while someone waits, so that no newcomer gets in between.
  const release = () => {
    const [next] = queued;
    if (next) next();
    else active--;
  };

  const execute: Policy['execute'] = async (fn, call) => {
    const signal = begin(call);
    if (active < limit) active++;
    else if (queued.size >= queue) throw new BulkheadFullError(limit, queue);
    else {
      await waitIn(queued, signal);
      if (signal?.aborted) {
        release();
        throw signal.reason;
      }
    }
    const running = invoke(fn, passOn(call));
    running.then(release, release);
    return orAborted(running, signal);
  };

  return {
    execute,
    get active() {
      return active;
    },
    get queued() {
      return queued.size;
    },
    get busy() {
      return active > 0;
    },
  };
}
