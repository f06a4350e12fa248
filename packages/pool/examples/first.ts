import { createPool } from '../src/index.js';

// Anything that can be created and destroyed: a socket, a session, a worker.
const pool = createPool({
  create: async (url: string) => ({ url, ask: async (question: string) => `${question} Yes.` }),
  destroy: (connection) => console.log(`closing ${connection.url}`),
});

const answer = await pool.use('wss://example.com', (connection) => connection.ask('Is it open?'));
console.log(answer);

await pool.close();
