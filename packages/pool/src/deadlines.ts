import { CoarseClock, holdProcess } from './clock.js';
import { List } from './list.js';
import type { Clock } from './ports.js';
import type { Waiter } from './waiter.js';

/**
 * Ends the patience of waiters. All wait equally long at most, so the first to come is the first to
 * be due, and one timer serves them all.
 */
export class Deadlines<K, T> {
  readonly #clock: Clock;
  /** Many callers come at the same moment. */
  readonly #coarse: CoarseClock;
  readonly #patienceMs: number;
  /** Must make the waiter leave. */
  readonly #onDue: (waiter: Waiter<K, T>) => void;
  readonly #waiters = new List<Waiter<K, T>>();
  #timer: unknown;

  constructor(clock: Clock, patienceMs: number, onDue: (waiter: Waiter<K, T>) => void) {
    this.#clock = clock;
    this.#coarse = new CoarseClock(clock, 1);
    this.#patienceMs = patienceMs;
    this.#onDue = onDue;
  }

  add(waiter: Waiter<K, T>): void {
    if (this.#patienceMs === 0) return;
    waiter.dueAt = this.#coarse.now() + this.#patienceMs;
    this.#waiters.push(waiter.due);
    if (this.#timer === undefined) this.#start(this.#patienceMs);
    else if (this.#waiters.size === 1) holdProcess(this.#timer, true);
  }

  /** Leaves the timer running, for the next waiter will come before it fires; but holds nothing by it. */
  remove(waiter: Waiter<K, T>): void {
    if (waiter.due.list === undefined) return;
    this.#waiters.remove(waiter.due);
    if (this.#waiters.size === 0) holdProcess(this.#timer, false);
  }

  stop(): void {
    this.#coarse.stop();
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #start(ms: number): void {
    this.#timer = this.#clock.setTimeout(() => this.#check(), ms);
  }

  #check(): void {
    const now = this.#clock.now();
    this.#timer = undefined;
    let next = this.#waiters.first?.value;
    while (next !== undefined && next.dueAt <= now) {
      this.#onDue(next);
      next = this.#waiters.first?.value;
    }
    if (next !== undefined && this.#timer === undefined) this.#start(next.dueAt - now);
  }
}
