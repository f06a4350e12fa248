import { createPool } from '../src/index.js';

const pool = createPool({
  create: async (url: string) => ({ url }),
  destroy: () => undefined,
});

const listening = pool.use(
  'wss://example.com',
  (_connection, { retiring }) =>
    new Promise<void>((resolve) => {
      // The connection is going: end here, and listen again on another one.
      retiring.addEventListener('abort', () => resolve(console.log(`stop: ${retiring.reason}`)));
    }),
  { background: true },
);

await pool.use('wss://example.com', () => undefined);
await pool.evict('wss://example.com');
await listening;

await pool.close();
