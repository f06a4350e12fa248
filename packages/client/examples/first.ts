import { WebSocketClientTransport } from '@x/transport-ws';
import { type Dial, McpClient, sessionFactory, singleSessions } from '../src/index.js';
import { sdkSession } from '../src/sdk.js';
import { server } from './server.js';

const ws: Dial = (url, options) => new WebSocketClientTransport(url, options);
const factory = sessionFactory({ session: sdkSession(), transports: { ws, wss: ws } });
const client = new McpClient({ sessions: singleSessions(factory) });

const { tools } = await client.listTools(server.url);
const { content } = await client.callTool(server.url, 'add', { a: 1, b: 2 });
console.log(tools[0]?.name, content[0]?.text);

await client.close();
await server.close();
