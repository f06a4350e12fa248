import { WebSocketClientTransport } from '@x/transport-ws';
import { type Dial, sessionFactory } from '../src/index.js';
import { sdkSession, streamableHttp } from '../src/sdk.js';

const ws: Dial = (url, options) => new WebSocketClientTransport(url, options);
const http = streamableHttp();

/** `wss://` URLs go over WebSocket, `https://` URLs over Streamable HTTP. */
export const factory = sessionFactory({
  session: sdkSession(),
  transports: { ws, wss: ws, http, https: http },
});
