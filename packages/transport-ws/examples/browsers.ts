import { serveWebSocket } from '@x/transport-ws/server';
import { createServer } from './tools.js';

// In the place of your session store.
const sessions = new Map([['c00kie', { token: 'c00kie', clientId: 'alice', scopes: [] }]]);

const handle = await serveWebSocket(() => createServer(), {
  port: 8080,
  allowedOrigins: ['https://app.example.com'],
  authenticate: ({ headers }) => {
    const [, id = ''] = /(?:^|; )session=([^;]*)/.exec(headers.cookie ?? '') ?? [];
    return sessions.get(id) ?? new Response('log in first', { status: 401 });
  },
});
process.once('SIGTERM', () => handle.close());
