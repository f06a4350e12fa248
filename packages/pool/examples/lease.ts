import { createPool } from '../src/index.js';

const pool = createPool({
  create: async (key: string) => ({ key }),
  destroy: () => undefined,
});

const lease = await pool.acquire('a', { signal: AbortSignal.timeout(5_000) });
try {
  console.log(lease.value.key);
} finally {
  lease.release();
}

await pool.close();
