import { createPool } from '../src/index.js';

const pool = createPool({
  create: async (_url: string) => new EventTarget(),
  destroy: () => undefined,
  watch: (socket, { lost, retire }) => {
    socket.addEventListener('close', () => lost('closed'));
    socket.addEventListener('goaway', () => retire('draining'));
  },
});

await pool.use('wss://example.com', (socket) => socket.dispatchEvent(new Event('close')));
console.log(pool.stats().connected);

await pool.close();
