import type { Dial, Runtime } from '../client/runtime.js';
import { dialStandard } from './dial.js';
import type { StandardWebSocketConstructor } from './socket.js';

/** What a WHATWG WebSocket gives a script no way to do. */
const standardCannot: Runtime['cannot'] = {
  headers: 'a WHATWG WebSocket sends no headers of yours; use a cookie or a short-lived ticket',
  tls: 'the runtime decides on TLS',
  agent: 'the runtime makes its own connections',
  subprotocolFallback: 'a WHATWG WebSocket does not tell why a dial failed',
  pingIntervalMs:
    'a WHATWG WebSocket cannot ping; the server pings, and idleTimeoutMs sees silence',
  pongTimeoutMs: 'a WHATWG WebSocket cannot ping',
  compression: 'the runtime decides on compression',
};

/** Opens sockets of a WHATWG WebSocket class. */
export function standardRuntime(WebSocketClass: StandardWebSocketConstructor): Runtime {
  return {
    cannot: standardCannot,
    async dial(dial: Dial): Promise<void> {
      await dialStandard(WebSocketClass, dial);
    },
  };
}
