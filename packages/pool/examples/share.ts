import { createPool } from '../src/index.js';

const pool = createPool({
  create: async (url: string) => ({ url }),
  destroy: () => undefined,
  maxConcurrency: 64,
  targetUtilization: 0.75,
});

await Promise.all(Array.from({ length: 20 }, () => pool.use('wss://example.com', () => undefined)));
console.log(`${pool.stats('wss://example.com').connected} connection for 20 callers`);

await pool.close();
