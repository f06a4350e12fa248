import { createPool } from '../src/index.js';

const pool = createPool({
  create: async (url: string) => ({ url }),
  destroy: () => undefined,
  leakAfterMs: 60_000,
  observer: (event) => {
    if (event.type === 'pool.leak') console.warn(`held for ${event.heldMs} ms`, event.stack);
    if (event.type === 'pool.create.failed') console.warn(event.key, event.error);
  },
});

await pool.use('wss://example.com', () => undefined);

await pool.close();
