import { serveWebSocket } from '@x/transport-ws/server';
import { createServer } from './tools.js';

const handle = await serveWebSocket(() => createServer(), {
  port: 8080,
  drainSignals: ['SIGTERM'],
});
console.log(`serving at ${handle.url}`);
