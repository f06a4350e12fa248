import { createPool } from '@x/pool';

interface Params {
  /** Users that acquire and release side by side. */
  users?: number;
  /** Items that each key may have, all of them open before the first round. */
  items?: number;
  /** Leases on one item at the same time. */
  concurrency?: number;
  keys?: number;
}

export default async function setup({ params }: { params: Record<string, unknown> }) {
  const { users = 1, items = 1, concurrency = 1, keys = 1 } = params as Params;
  const names = Array.from({ length: keys }, (_, n) => `wss://host-${n}.example/mcp`);
  const pool = createPool({
    create: async (_key: string) => ({}),
    destroy: () => undefined,
    maxConnections: items,
    maxTotal: items * keys,
    maxConcurrency: concurrency,
  });
  for (const name of names) {
    const all = Array.from({ length: items * concurrency }, () => pool.acquire(name));
    for (const lease of await Promise.all(all)) lease.release();
  }

  const one = async (ops: number, first: number) => {
    let next = first % keys;
    for (let op = 0; op < ops; op++) {
      const lease = await pool.acquire(names[next] as string);
      lease.release();
      if (++next === keys) next = 0;
    }
  };
  return {
    run: async (ops: number) => {
      const each = Math.ceil(ops / users);
      await Promise.all(Array.from({ length: users }, (_, user) => one(each, user)));
    },
    close: () => pool.close(),
  };
}
