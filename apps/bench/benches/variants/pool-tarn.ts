import { Pool } from 'tarn';

export default async function setup({ params }: { params: Record<string, unknown> }) {
  const { users = 1, items = 1 } = params as { users?: number; items?: number };
  const pool = new Pool<object>({
    create: async () => ({}),
    destroy: async () => undefined,
    min: items,
    max: items,
  });

  const one = async (ops: number) => {
    for (let op = 0; op < ops; op++) {
      const item = await pool.acquire().promise;
      pool.release(item);
    }
  };
  return {
    run: async (ops: number) => {
      await Promise.all(Array.from({ length: users }, () => one(Math.ceil(ops / users))));
    },
    close: () => pool.destroy(),
  };
}
