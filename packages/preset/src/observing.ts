import { type Meter, recordEvents } from '@x/metrics';
import type { Observe } from './options.js';

/** Without anybody to tell, nothing is told: the packages then make no events at all. */
export function observerOf(
  meter: Meter | undefined,
  listener: Observe | undefined,
): Observe | undefined {
  if (meter === undefined) return listener;
  const record = recordEvents(meter);
  if (listener === undefined) return record;
  return (event) => {
    record(event);
    listener(event);
  };
}
