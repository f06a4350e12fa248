import { PoolTimeoutError } from './errors.js';
import type { Partition } from './partition.js';
import type { Settings } from './settings.js';
import { countPartitions } from './stats.js';

/** One call of `create`. */
export interface Creation {
  /** Fails it now, whatever `create` does; nobody is to blame. */
  callOff(error?: unknown): void;
}

/** What becomes of it: `opened` or `failed`, once; then perhaps `late`; `settled` at last. */
export interface CreationReport<T> {
  opened(value: T): void;
  failed(error: unknown, calledOff: boolean): void;
  /** An item came after all. */
  late(value: T): void;
  settled(): void;
}

/** Calls `create`, which may throw, hang, ignore its signal and answer when all is over. */
export function startCreation<K, T>(
  { clock, createTimeoutMs, factory }: Settings<K, T>,
  home: Partition<K, T>,
  report: CreationReport<T>,
): Creation {
  const controller = new AbortController();
  let over = false;
  const end = (calledOff: boolean, error: unknown) => {
    if (over) return;
    over = true;
    clock.clearTimeout(timer);
    report.failed(error, calledOff);
  };
  const giveUp = (calledOff: boolean, error: unknown) => {
    if (over) return;
    controller.abort(error);
    end(calledOff, controller.signal.reason);
  };
  const timeOut = () => {
    const message = `create for ${home.name} took longer than ${createTimeoutMs} ms`;
    giveUp(false, new PoolTimeoutError(message, 'create', countPartitions([home])));
  };
  const timer = createTimeoutMs > 0 ? clock.setTimeout(timeOut, createTimeoutMs) : undefined;
  const run = async () => factory.create(home.key, { signal: controller.signal });
  void run()
    .then(
      (value) => {
        if (over) return report.late(value);
        over = true;
        clock.clearTimeout(timer);
        report.opened(value);
      },
      (error) => end(false, error),
    )
    .then(report.settled);
  return { callOff: (error) => giveUp(true, error) };
}
