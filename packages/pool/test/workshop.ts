import { FakeClock, flush } from '../../../test/fake-clock.js';
import { createPool, type DestroyReason, type PoolEvent, type PoolOptions } from '../src/index.js';

export interface Thing {
  readonly id: number;
  readonly key: string;
}

/** One call of `create` that the test answers when it likes. */
export interface Order {
  readonly key: string;
  readonly signal: AbortSignal;
  deliver(): Thing;
  fail(error: unknown): void;
}

/** A factory that counts what it made, and a pool on it with a clock that stands still. */
export function workshop(options: Partial<PoolOptions<string, Thing>> & { manual?: boolean } = {}) {
  const { manual = false, ...rest } = options;
  const clock = new FakeClock();
  const made: Thing[] = [];
  const ended: { thing: Thing; reason: DestroyReason }[] = [];
  const orders: Order[] = [];
  const events: PoolEvent[] = [];
  const make = (key: string): Thing => {
    const thing = { id: made.length + 1, key };
    made.push(thing);
    return thing;
  };
  const pool = createPool<string, Thing>({
    create: (key, { signal }) => {
      if (!manual) return make(key);
      return new Promise<Thing>((resolve, reject) => {
        orders.push({
          key,
          signal,
          deliver: () => {
            const thing = make(key);
            resolve(thing);
            return thing;
          },
          fail: reject,
        });
      });
    },
    destroy: (thing, reason) => {
      ended.push({ thing, reason });
    },
    clock,
    random: () => 0,
    observer: (event) => events.push(event),
    ...rest,
  });
  const open = () => made.filter((thing) => !ended.some((end) => end.thing === thing));
  const of = <Type extends PoolEvent['type']>(type: Type) =>
    events.filter((event): event is Extract<PoolEvent, { type: Type }> => event.type === type);
  return { pool, clock, made, ended, orders, events, open, of, flush };
}

/** What became of a promise, as far as that is known by now. */
export async function outcome<R>(
  promise: Promise<R>,
): Promise<{ value: R } | { error: unknown } | 'pending'> {
  const settled = promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  await flush();
  return Promise.race([settled, Promise.resolve('pending' as const)]);
}

/** Reasons in the order of destruction. */
export function reasons(ended: readonly { reason: DestroyReason }[]): DestroyReason[] {
  return ended.map((end) => end.reason);
}
