import type { WebSocketClientTransportOptions } from './client/options.js';
import { ClientTransport } from './client/transport.js';
import { runtimeFor } from './node/runtime.js';

export * from './public.js';

/**
 * MCP over one WebSocket, client side: a `Transport` of the official SDK (v2 and v1). One instance
 * is one connection; it never reconnects, it says in `closed` whether that makes sense.
 *
 * @see docs/BINDING.md for the rules of the wire
 */
export class WebSocketClientTransport extends ClientTransport {
  /** @throws ConfigError for a wrong URL, and for an option that is unknown or wrong */
  constructor(url: string | URL, options?: WebSocketClientTransportOptions) {
    super(url, options, runtimeFor(options?.WebSocket));
  }
}
