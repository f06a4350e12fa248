import { WebSocketClientTransport } from '@x/transport-ws';
import { createSession } from '../src/index.js';

const url = process.env.MCP_URL ?? 'ws://127.0.0.1:3001/mcp';
const session = await createSession(new WebSocketClientTransport(url), {
  clientInfo: { name: 'my-app', version: '1.0.0' },
});
console.log(session.info.server?.name);

const result = await session.request('tools/call', { name: 'echo', arguments: { text: 'hi' } });
console.log(result.content);
await session.close();
