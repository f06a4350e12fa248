import type { MessageExtra } from './message-extra.js';

/** What a factory makes: an `McpServer` or a `Server` of the official SDK. */
export interface ConnectableServer {
  connect(transport: never): Promise<void>;
  close(): Promise<void>;
}

interface Receiver {
  onmessage?: ((message: unknown, extra?: object) => void) | undefined;
}

/**
 * Lets handlers see who is calling. The SDK's `serveStdio` hands messages on without what the
 * transport said about them, so it is added again between its channel and the server.
 */
export function injectExtra(server: ConnectableServer, extra: MessageExtra): void {
  if (typeof server?.connect !== 'function') {
    throw new TypeError('the factory must return a server of the SDK, with connect() and close()');
  }
  const connect = server.connect.bind(server) as (channel: Receiver) => Promise<void>;
  server.connect = async (channel: Receiver): Promise<void> => {
    await connect(channel);
    const receive = channel.onmessage;
    channel.onmessage = (message, given) => receive?.(message, { ...extra, ...given });
  };
}
