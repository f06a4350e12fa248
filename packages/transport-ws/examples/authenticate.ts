import { serveWebSocket } from '@x/transport-ws/server';
import { createServer } from './tools.js';

// In the place of your own check: a JWT's signature and audience, a session in a database.
const users = new Map([['s3cret', { clientId: 'alice', scopes: ['add'] }]]);

const handle = await serveWebSocket(() => createServer(), {
  port: 8080,
  authenticate: ({ headers }) => {
    const token = headers.authorization?.replace(/^Bearer /, '') ?? '';
    const user = users.get(token);
    if (user === undefined) {
      return new Response('no such token', {
        status: 401,
        headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' },
      });
    }
    // The connection is closed with 1008 when the token's time is over.
    return { ...user, token, expiresAt: Date.now() / 1000 + 3600 };
  },
});
console.log(`serving at ${handle.url}`);
process.once('SIGTERM', () => handle.close());
