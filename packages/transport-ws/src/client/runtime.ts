import type { Socket, SocketEvents } from '../socket.js';
import type { ClientSettings, WebSocketClientTransportOptions } from './options.js';

/** One attempt to open a connection. */
export interface Dial {
  readonly url: URL;
  readonly subprotocols: readonly string[];
  /** The only addresses that may be connected to; absent where no guard named any. */
  readonly addresses: readonly string[] | undefined;
  /** Aborts the attempt; the dial then rejects with its reason. */
  readonly signal: AbortSignal;
  readonly settings: ClientSettings;
  /** Receives what the open socket has to say. */
  readonly events: SocketEvents;
  /** Called synchronously when the connection opens, so that no message can come before it. */
  onOpen(socket: Socket, subprotocol: string): void;
}

/** How an environment opens WebSockets. */
export interface Runtime {
  /** Options that cannot be honoured here, and why. */
  readonly cannot: Partial<Record<keyof WebSocketClientTransportOptions, string>>;
  /** Checks the inside of options that only some environments can honour. @throws ConfigError */
  check?(settings: ClientSettings): void;
  /** Resolves after `onOpen`; rejects with a typed error, and leaves nothing behind. */
  dial(dial: Dial): Promise<void>;
}
