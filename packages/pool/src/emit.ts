import type { PoolEvent } from './events.js';
import type { Settings } from './settings.js';

/** What comes behind `pool.` in the type of an event. */
type Name = PoolEvent['type'] extends `pool.${infer N}` ? N : never;
type EventOf<N extends Name> = Extract<PoolEvent, { type: `pool.${N}` }>;

/** Tells the observer. Call it as `emit?.(...)`: without an observer, the arguments are not even made. */
export type Emit = <N extends Name>(
  name: N,
  fields: Omit<EventOf<N>, 'type' | 'at' | 'key'>,
) => void;

export function emitter<K, T>(core: Settings<K, T>, key?: string): Emit | undefined {
  const { observer } = core;
  if (!observer) return;
  return (name, fields) => {
    // Made in place: a copy would cost more than all the rest of a lease.
    const event: Record<string, unknown> = fields;
    if (key !== undefined) event.key = key;
    event.type = `pool.${name}`;
    event.at = core.clock.now();
    try {
      observer(event as unknown as PoolEvent);
    } catch {
      // An observer must not break what it observes.
    }
  };
}
