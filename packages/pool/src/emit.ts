import type { PoolEvent } from './events.js';
import type { Settings } from './settings.js';

type EventOf<Type extends PoolEvent['type']> = Extract<PoolEvent, { type: Type }>;

/** Tells the observer. Call it as `emit?.(...)`: without an observer, the arguments are not even made. */
export type Emit = <Type extends PoolEvent['type']>(
  type: Type,
  key: EventOf<Type> extends { key: string } ? string : undefined,
  fields: Omit<EventOf<Type>, 'type' | 'at' | 'key'>,
) => void;

export function emitter<K, T>({ observer, clock }: Settings<K, T>): Emit | undefined {
  if (!observer) return;
  return (type, key, fields) => {
    const event = { type, at: clock.now(), key, ...fields };
    try {
      observer(event as unknown as PoolEvent);
    } catch {
      // An observer must not break what it observes.
    }
  };
}
