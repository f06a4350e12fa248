import { once } from 'node:events';
import { get } from 'node:https';
import { Agent } from 'undici';
import WebSocket from 'ws';
import { createUrlGuard, production } from '../src/index.js';

const guard = createUrlGuard(production);

const socket = new WebSocket('wss://127.0.0.1/mcp', { createConnection: guard.connect });
// Without an agent, Node takes 80 for the default port of https, too.
const request = get('https://[::1]/', { createConnection: guard.connect, defaultPort: 443 });
// Everything that uses this agent is guarded.
const agent = new Agent({ connect: guard.connect });

for (const [error] of await Promise.all([once(socket, 'error'), once(request, 'error')])) {
  console.log(error.message);
}
await agent.close();
