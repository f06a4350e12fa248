import type { PoolEvent } from './events.js';
import type { Settings } from './settings.js';

type EventOf<Type extends PoolEvent['type']> = Extract<PoolEvent, { type: Type }>;

/** Tells the observer. Call it as `emit?.(...)`: without an observer, the arguments are not even made. */
export type Emit = <Type extends PoolEvent['type']>(
  type: Type,
  about: EventOf<Type> extends { key: string } ? { readonly name: string } : undefined,
  fields: Omit<EventOf<Type>, 'type' | 'at' | 'key'>,
) => void;

export function emitter<K, T>({ observer, clock }: Settings<K, T>): Emit | undefined {
  if (observer === undefined) return undefined;
  return (type, about, fields) => {
    const event = { type, at: clock.now(), ...(about && { key: about.name }), ...fields };
    try {
      observer(event as unknown as PoolEvent);
    } catch {
      // An observer must not break what it observes.
    }
  };
}
