import { createPool } from '../src/index.js';

const pool = createPool({
  create: async (url: string) => ({ url, stateful: true }),
  destroy: () => undefined,
  maxConcurrency: 64,
  mayGrow: (_url, sessions) => sessions.every((session) => !session.stateful),
});

await pool.use('wss://example.com', (session) => console.log(session.stateful));

await pool.close();
