export type { CompressionOptions } from './compression.js';
export {
  ConfigError,
  ConnectionError,
  isConfigError,
  isConnectionError,
  isTransportError,
  TransportError,
  type TransportErrorCode,
} from './errors.js';
export type { ServerObserver, ServerTransportEvent } from './events.js';
export type { Clock, Observer, Random } from './ports.js';
export {
  attachWebSocket,
  type OnTransport,
  type UpgradeServer,
  type WebSocketAttachment,
} from './server/attach.js';
export type { AttachWebSocketOptions } from './server/attach-options.js';
export type { Authenticate, AuthInfo, MessageExtra } from './server/auth.js';
export type { ConnectableServer } from './server/inject-extra.js';
export type { ConnectionOptions } from './server/options.js';
export {
  type ServerContext,
  type ServerFactory,
  type ServeWebSocketOptions,
  serveWebSocket,
  type WebSocketServerHandle,
} from './server/serve.js';
export {
  type AcceptedSocket,
  type ServerConnectionClosed,
  WebSocketServerTransport,
  type WebSocketServerTransportOptions,
} from './server/transport.js';
