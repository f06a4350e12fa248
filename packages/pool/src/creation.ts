import { PoolTimeoutError } from './errors.js';
import type { Partition } from './partition.js';
import type { Settings } from './settings.js';
import { countPartitions } from './stats.js';

/** To whom a creation reports: `opened` or `failed`, once; then perhaps `late`; `settled` at last. */
export interface CreationReport<K, T> {
  opened(creation: Creation<K, T>, value: T): void;
  /** `calledOff`: the pool wanted it so, and nobody is to blame. */
  failed(creation: Creation<K, T>, error: unknown, calledOff: boolean): void;
  /** An item came after the creation had failed. */
  late(creation: Creation<K, T>, value: T): void;
  /** `create` has nothing more to say. */
  settled(): void;
}

/** One call of `create`: it gives an item, or fails, runs out of time or is called off. */
export class Creation<K, T> {
  readonly id: number;
  readonly home: Partition<K, T>;
  readonly startedAt: number;
  readonly #settings: Settings<K, T>;
  readonly #report: CreationReport<K, T>;
  readonly #abort = new AbortController();
  #over = false;
  #timer: unknown;

  constructor(
    id: number,
    home: Partition<K, T>,
    settings: Settings<K, T>,
    report: CreationReport<K, T>,
  ) {
    this.id = id;
    this.home = home;
    this.#settings = settings;
    this.#report = report;
    this.startedAt = settings.clock.now();
  }

  start(): void {
    const { clock, createTimeoutMs, factory } = this.#settings;
    if (createTimeoutMs > 0) {
      this.#timer = clock.setTimeout(() => this.#giveUp(this.#timeout(), false), createTimeoutMs);
    }
    const call = async () => factory.create(this.home.key, { signal: this.#abort.signal });
    void call()
      .then(
        (value) => {
          if (this.#over) this.#report.late(this, value);
          else if (this.#end()) this.#report.opened(this, value);
        },
        (error) => this.#end() && this.#report.failed(this, error, false),
      )
      .then(() => this.#report.settled());
  }

  /** Fails the creation now, whatever `create` does. */
  callOff(error?: unknown): void {
    this.#giveUp(error, true);
  }

  #giveUp(error: unknown, calledOff: boolean): void {
    if (!this.#end()) return;
    this.#abort.abort(error);
    this.#report.failed(this, this.#abort.signal.reason, calledOff);
  }

  #end(): boolean {
    if (this.#over) return false;
    this.#over = true;
    if (this.#timer !== undefined) this.#settings.clock.clearTimeout(this.#timer);
    return true;
  }

  #timeout(): PoolTimeoutError {
    const { createTimeoutMs } = this.#settings;
    return new PoolTimeoutError(
      `create for ${this.home.name} took longer than ${createTimeoutMs} ms`,
      'create',
      countPartitions([this.home]),
    );
  }
}
