import { expectTypeOf, it } from 'vitest';
import {
  type AcquireOptions,
  createPool,
  type Lease,
  type PoolEvent,
  type PoolStats,
} from '../src/index.js';

/** As another package would declare what it needs of a pool, without knowing this one. */
interface SessionSource<E, S> {
  use<R>(
    endpoint: E,
    fn: (session: S, lease: { readonly retiring: AbortSignal }) => Promise<R>,
    options?: { signal?: AbortSignal; background?: boolean },
  ): Promise<R>;
  evict(endpoint: E): Promise<void>;
  clear(): Promise<void>;
  stats(endpoint?: E): { readonly connected: number; readonly waiting: number };
  close(): Promise<void>;
}

const pool = createPool({
  create: async (url: URL) => ({ url, send: () => 1 }),
  destroy: (session) => session.send(),
  watch: (session, { lost }) => {
    expectTypeOf(session.send).returns.toEqualTypeOf<number>();
    expectTypeOf(lost).parameter(0).toEqualTypeOf<unknown>();
  },
});

/** For the compiler only. */
export const compiled = () => {
  expectTypeOf(
    pool.use(new URL('ws://a'), async ({ send }) => send()),
  ).resolves.toEqualTypeOf<number>();
  // @ts-expect-error a key of another type
  return pool.acquire('ws://a');
};

it('infers key and item from the factory', async () => {
  expectTypeOf(pool.acquire).parameters.toEqualTypeOf<[URL, AcquireOptions?]>();
  expectTypeOf(pool.acquire).returns.resolves.toEqualTypeOf<
    Lease<{ url: URL; send: () => number }>
  >();
  expectTypeOf(pool.stats()).toEqualTypeOf<PoolStats>();
  await pool.close({ drainTimeoutMs: 0 });
});

it('fits the port of those who use it', () => {
  expectTypeOf(pool).toExtend<SessionSource<URL, { send(): number }>>();
});

it('tells events apart by their type', () => {
  const read = (event: PoolEvent) => {
    if (event.type === 'pool.acquired') expectTypeOf(event.waitMs).toEqualTypeOf<number>();
    if (event.type === 'pool.misuse') return event.call;
    return event.key;
  };
  expectTypeOf(read).returns.toEqualTypeOf<string>();
});
