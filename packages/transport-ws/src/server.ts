export type { CompressionOptions } from './compression.js';
export {
  ConfigError,
  ConnectionError,
  type Delivery,
  isConfigError,
  isConnectionError,
  isTransportError,
  TransportError,
  type TransportErrorCode,
} from './errors.js';
export type { RejectReason, ServerObserver, ServerTransportEvent } from './events.js';
export type { Clock, Observer, Random } from './ports.js';
export type { AcceptedSocket } from './server/accepted-socket.js';
export {
  attachWebSocket,
  type OnTransport,
  type UpgradeServer,
  type WebSocketAttachment,
} from './server/attach.js';
export type { AttachWebSocketOptions } from './server/attach-options.js';
export type { Authenticate, AuthInfo } from './server/auth.js';
export type { ServerConnectionClosed } from './server/connection.js';
export type { ConnectableServer } from './server/inject-extra.js';
export type { ServerTlsOptions } from './server/listen.js';
export type { MessageExtra } from './server/message-extra.js';
export type { ConnectionOptions } from './server/options.js';
export {
  type ServeWebSocketOptions,
  serveWebSocket,
  type WebSocketServerHandle,
} from './server/serve.js';
export {
  type ServerContext,
  type ServerFactory,
  type ServeTransportOptions,
  serveTransport,
} from './server/serve-transport.js';
export {
  WebSocketServerTransport,
  type WebSocketServerTransportOptions,
} from './server/transport.js';
