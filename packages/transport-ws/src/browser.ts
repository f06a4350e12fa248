import WebSocket from 'isomorphic-ws';
import type { WebSocketClientTransportOptions } from './client/options.js';
import { ClientTransport } from './client/transport.js';
import { standardRuntime } from './standard/runtime.js';
import type { StandardWebSocketConstructor } from './standard/socket.js';

export * from './public.js';

const ofThisPage = WebSocket as unknown as StandardWebSocketConstructor;

/**
 * MCP over one WebSocket, client side, in a browser. Options that a browser cannot honour throw.
 *
 * @see docs/BINDING.md for the rules of the wire
 */
export class WebSocketClientTransport extends ClientTransport {
  /** @throws ConfigError for a wrong URL, and for an option that is unknown, wrong, or impossible here */
  constructor(url: string | URL, options?: WebSocketClientTransportOptions) {
    super(url, options, standardRuntime(options?.WebSocket ?? ofThisPage));
  }
}
