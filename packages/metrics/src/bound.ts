import type { Attributes, Counter, Gauge, Histogram, UpDownCounter } from './ports.js';
import { seconds } from './vocabulary.js';

/** Measures into one series. */
export type Write = (n: number) => void;

/** Adds under these attributes, which the meter looks up once if it can. */
export function adding(sum: Counter | UpDownCounter, attributes: Attributes): Write {
  const bound = sum.bind?.(attributes);
  return bound ? (n) => bound.add(n) : (n) => sum.add(n, attributes);
}

/** Records under these attributes, which the meter looks up once if it can. */
export function recordingOf(recorder: Gauge | Histogram, attributes: Attributes): Write {
  const bound = recorder.bind?.(attributes);
  return bound ? (n) => bound.record(n) : (n) => recorder.record(n, attributes);
}

/** Writes milliseconds of an event as seconds, if they are a duration. */
export function writeTime(write: Write, ms: unknown): void {
  const time = seconds(ms);
  if (time !== undefined) write(time);
}

/** Records milliseconds of an event as seconds, if they are a duration. */
export function recordTime(to: Histogram, ms: unknown, attributes: Attributes): void {
  const time = seconds(ms);
  if (time !== undefined) to.record(time, attributes);
}

/** What was made of each key, made once. For keys that are few. */
export function once<K, T>(make: (key: K) => T): (key: K) => T {
  const made = new Map<K, T>();
  return (key) => {
    let value = made.get(key);
    if (value === undefined) {
      value = make(key);
      made.set(key, value);
    }
    return value;
  };
}
